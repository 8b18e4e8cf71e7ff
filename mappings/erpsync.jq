# Functions for all mappings. A mapping begins with:  include "erpsync";
#
# Amounts are texts and stay texts: every sum stands in the canonical document already, so a
# mapping never adds or multiplies.

# ---- Stopping a document ------------------------------------------------------------------------

# Parks the document under a short stable code, with a text that tells a person what to do.
def fail($code; $text): error({code: $code, text: $text});

# A mistake in the mapping itself: no document could pass, so the run ends.
def bad_mapping($text): fail("bad_mapping"; $text);

# What f gives, or {code, text}, what it would park the document for.
def attempt(f): try f catch (if type == "object" and .code != "bad_mapping" then . else error end);

# ---- Text ---------------------------------------------------------------------------------------

# A cell: text or null. Numbers and true/false become text, blank text becomes null.
def text:
  if . == null or . == "" then null
  elif type == "string" then .
  else tostring end;

# The non-empty ones of a list as one text, null if there are none:  [.first, .last] | joined(" ")
def joined($separator):
  if length < 2 then .[0] | text
  else map(text | select(. != null)) | if length < 2 then .[0] else join($separator) end end;

# The same with each value once, in the order of first appearance:  "FR-20+FR-5.5"
def joined_once($separator):
  if length < 2 then .[0] | text
  # any(): index() of a list loses memory in jq 1.6, with each document.
  else reduce (.[] | text | select(. != null)) as $x ([]; if any(.[]; . == $x) then . else . + [$x] end)
    | joined($separator)
  end;

# "Anne Weber" from an object with first_name and last_name; null if both are missing.
def full_name:
  if . == null then null
  elif (.first_name | text) and (.last_name | text) then .first_name + " " + .last_name
  else (.first_name | text) // (.last_name | text) end;

# "key: value; key: value" from a list of attributes.
def attribute_text: if . == [] then null else map(.key + ": " + (.value // "")) | joined("; ") end;

# "2026-11-23" from "2026-11-23T09:45:00Z".
def date_only: if . == null then null else .[:10] end;

# Long keys are cut in messages.
def shown: if length > 80 then .[:79] + "…" else . end;

# ---- Look-up tables: tables/<name>.csv ----------------------------------------------------------

# (internal) Answered by erpsync, see lib/map/program.h and lib/map/table.h. Each instruction of the functions here costs
# every run, since jq walks all of a program once for each function that there is.
def _ask: debug | input;

# "0.20" and "20%" are "0.2", by moving the point in the text: nothing is calculated.
def rate_text: {_ask: "rate", text: .} | _ask;

# The value for a key, from the named column (else from the first one that begins with "erp_" or "store_"). The key is a
# text, or a list of texts for a table with several key columns. No row: parks.
def lookup($table; $key; $column): {_ask: "lookup", $table, $key, $column} | _ask;
def lookup($table; $key): {_ask: "lookup", $table, $key} | _ask;

# The same, but a default instead of parking.
def lookup_or($table; $key; $column; $default): {_ask: "lookup", $table, $key, $column, may_lack: true} | _ask // $default;
def lookup_or($table; $key; $default): {_ask: "lookup", $table, $key, may_lack: true} | _ask // $default;

# Only a row that names exactly this key, no "*" row; null if there is none.
def lookup_exact($table; $key): {_ask: "lookup", $table, $key, exact: true} | _ask;

# ---- What every store asks of stock and products --------------------------------------------------

# The store's SKU, and the ERP's figures by the store's location. Several warehouses may be one
# location: their entries are added up by the program, which also rounds and cuts off.
def store_stock:
  lookup("store_skus"; .sku) as $sku
  | .gone as $gone
  | [
      .quantities[]
      # An article that is not for the shop.
      | select($sku != "-")
      | attempt(lookup("locations"; .warehouse)) as $location
      # A warehouse that is not for the shop.
      | select($location != "-")
      # Of what is gone nothing is in one that the table does not know, and nothing was ever written.
      | select((($gone or .gone) and ($location | type == "object")) | not)
      # One that the table does not know: what the article has elsewhere goes over all the same.
      | (if $location | type == "object" then {problem: $location} else {location: $location} end)
        # One of which the source's row was not understood.
        + (if .problem then {problem: {code: "bad_row", text: .problem}} else {} end)
        + {on_hand, available, forecast}
    ] as $quantities
  | if $quantities != [] and all($quantities[]; .problem) then $quantities[0].problem | error
    else {sku: $sku, quantities: $quantities} end;

# (internal) The members of an object that are there.
def _only($keys): . as $from | reduce ($keys[] | select(. as $key | $from | has($key))) as $key ({}; .[$key] = $from[$key]);

def _store_variant:
  (if .sku and .sku != "" then lookup("store_skus"; .sku) else null end) as $sku
  # An article that is not for the shop.
  | select($sku != "-")
  | {id, sku: $sku, options: [(.options // [])[] | {name, value}]}
    + _only(["status", "barcode", "price", "compare_at_price", "cost", "weight_kg", "tracked", "requires_shipping"]);

# The ERP's own words under the same names, and the store's SKUs. What the document does not have stays away (the
# store's stays); null says that there is none.
def store_product:
  {code, currency, prices_include_tax}
  + _only(["status", "title", "description", "vendor", "type", "tags"])
  + {options: [(.options // [])[].name], variants: [.variants[] | _store_variant]};

# ---- What every ERP asks of an order ------------------------------------------------------------

# What a line without a SKU is called in tables/skus.csv: its title with that of its variant ("title:Chair - L"), else its
# title, which is that of all its variants. Blanks at the end go, as those of the table's cells do.
def line_keys($line):
  [if ($line.variant_title // "") == "" then empty else "title:\($line.title) - \($line.variant_title)" end, "title:" + $line.title]
  | map(sub("[ \t\r\n]+$"; ""));
def titled_article($line): first((line_keys($line)[] | lookup_exact("skus"; .) | values), null);

# The article of an order line. Lines without a SKU are looked up by what they are; `*` never
# matches them, so that no line is booked on an article that nobody chose.
def erp_sku($line; $number):
  if $line.sku and $line.sku != "" then lookup("skus"; $line.sku)
  else
    titled_article($line)
    // lookup_exact("skus"; "kind:" + $line.kind)
    // fail("unmapped_sku";
        "line \($number) '\(line_keys($line)[0][6:] | shown)' has no SKU, and keeps none even if the article is given one now; "
        + ({_ask: "remedy", table: "skus", key: line_keys($line)[0]} | _ask))
  end;

# The country that an order is taxed for; null when it has no address.
def tax_country: .shipping_address.country_code // .billing_address.country_code;

# Shopify names European taxes "FR TVA", "DE MwSt": the name then tells whose tax it is, also for
# an order without address or one taxed at home. "CA STATE TAX" is Californian, "NL HST"
# Canadian, so the name counts only outside North America and Australia.
def _tax_area($tax; $country):
  {"AT ": 1, "BE ": 1, "BG ": 1, "CH ": 1, "CY ": 1, "CZ ": 1, "DE ": 1, "DK ": 1, "EE ": 1, "ES ": 1,
   "FI ": 1, "FR ": 1, "GB ": 1, "GR ": 1, "HR ": 1, "HU ": 1, "IE ": 1, "IT ": 1, "LT ": 1, "LU ": 1,
   "LV ": 1, "MT ": 1, "NL ": 1, "NO ": 1, "PL ": 1, "PT ": 1, "RO ": 1, "SE ": 1, "SI ": 1, "SK ": 1} as $named
  | if $country == "US" or $country == "CA" or $country == "AU" then $country
    elif $named[$tax.title[:3]] then $tax.title[:2]
    else $country end;

# Sources without a rate often have it in the name: "VAT 20%", "TVA 5,5 %".
def _tax_rate($tax):
  $tax.rate // ($tax.title | [match("([0-9]+([.,][0-9]+)?)[ \u00a0\u202f]?%").captures[0].string]
    | if length == 0 then null else (.[0] | sub(","; ".")) + "%" end);

# The ERP's code for one tax line.
def tax_code($tax; $country):
  lookup("taxes"; [_tax_area($tax; $country), $tax.title, _tax_rate($tax)]);

# (internal) What tells the taxes of one order apart.
def _tax_key: .title + "\n" + (.rate // "");

# The codes of all tax lines given, each different one looked up once:
#   tax_index(.lines[].taxes[]; tax_country) as $index
def tax_index(taxes; $country):
  reduce taxes as $tax ({}; ($tax | _tax_key) as $key
    | if has($key) then . else . + {($key): tax_code($tax; $country)} end);

# The codes of a list of tax lines that are in the index: "FR-20", "US-STATE+US-LOCAL", "CA-GST+CA-PST".
def tax_codes($taxes; $index): [$taxes[] | $index[_tax_key]] | joined_once("+");
