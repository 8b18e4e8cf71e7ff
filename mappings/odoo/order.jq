# Canonical order -> what becomes a quotation, its customer and its payments in Odoo. What each part means: README.md
# beside this file. Names are resolved by the connector: {find: "warehouse", name: "WH"}.
include "erpsync";
include "odoo/parties";

def find($kind; $name): if $name == null or $name == "" then null else {find: $kind, name: $name} end;

# "0.00": nothing to book. A comparison of texts: amounts are not calculated with.
def nothing: . == null or test("^-?0*[.]?0*$");

# The answer of a column that a table of one's own may lack.
def optional($table; $key; $column):
  if any($tables[$table].values[]; . == $column) then lookup_or($table; $key; $column; null) else null end;

# ---- Taxes --------------------------------------------------------------------------------------

# One tax line: by name or external id if tables/taxes.csv gives one, else Odoo's tax of this rate.
def tax_wish($order; $country):
  . as $tax
  | tax_code($tax; $country) as $known
  | [_tax_area($tax; $country), $tax.title, _tax_rate($tax)] as $key
  | {
      title: $tax.title,
      rate: (_tax_rate($tax) | if . == null then null else rate_text end),
      name: optional("taxes"; $key; if $order.prices_include_tax then "erp_odoo_tax_incl" else "erp_odoo_tax_excl" end)
    };

# Where nothing was charged (an exempt buyer, a gift), only what is zero-rated stays a tax.
def taxes($list; $order; $country):
  [$list[] | {tax: ., wish: tax_wish($order; $country)}]
  | if all(.[]; .tax.amount | nothing) then map(select(.wish.rate == "0")) else . end
  | map(.wish);

# The tax of an order whose source does not tell what each line's is: possible when there is only one.
def order_taxes($country):
  . as $order
  | [.taxes[] | select(.amount | nothing | not)]
  | if length > 1 then
      fail("order_tax"; "the source tells \(length) taxes for the order as a whole, and not which line has which; "
        + "export it from the shop's API, or book it by hand")
    else taxes(.; $order; $country) end;

# ---- Lines --------------------------------------------------------------------------------------

def discount_name: [.discounts[] | .code // .title] | joined_once(", ");

def line_name:
  ([.title, .variant_title] | joined(" - "))
  + (if .bundle.title then " (" + .bundle.title + ")" else "" end)
  + (if .selling_plan then " (" + .selling_plan + ")" else "" end)
  + ([.attributes[] | "\n" + .key + ": " + (.value // "")] | add // "");

# The article; null: the connector takes the one that is configured for lines of this kind.
def article:
  if .sku and .sku != "" then lookup("skus"; .sku)
  else titled_article(.)
    // (if .kind == "tip" or .kind == "gift_card" then null else lookup_exact("skus"; "kind:" + .kind) end) end;

def charge($id; $kind; $name; $amount; $tax; $taxes): {
  id: $id, kind: $kind, sku: null, name: $name, quantity: "1", price: $amount, gross: $amount,
  discount: "0", net: $amount, tax: $tax, taxes: $taxes
};

# The end of an id: "gid://shopify/LineItem/11" -> "11".
def tail: split("/") | .[-1];

def line_docs($order; $country; $all):
  # What was taken out wholly is no line.
  .lines[] | select(.quantity > 0) | {
    id: ("line_" + (.id | tail)),
    kind: .kind,
    sku: article,
    name: line_name,
    quantity: (.quantity | tostring),
    price: .unit_price,
    gross: .gross_total,
    discount: .discount_total,
    discount_name: discount_name,
    net: .net_total,
    tax: (if $all == null then .tax_total else null end),
    taxes: (if $all == null then taxes(.taxes; $order; $country) elif .taxable then $all else [] end)
  };

def shipping_docs($order; $country; $all):
  .shipping_lines | to_entries[] | .key as $n | .value | {
    id: ("shipping_" + (if .id then .id | tail else $n + 1 | tostring end)),
    kind: "shipping",
    sku: null,
    name: .title,
    quantity: "1",
    price: .price,
    gross: .price,
    discount: .discount_total,
    discount_name: discount_name,
    net: .net_total,
    tax: (if $all == null then .tax_total else null end),
    taxes: (if $all == null then taxes(.taxes; $order; $country) else $all end)
  };

def fee_docs($order; $country):
  .fees | to_entries[] | .key as $n | .value
  | charge("fee_" + (if .id then .id | tail else $n + 1 | tostring end); "fee"; .name; .amount; .tax_total;
      taxes(.taxes; $order; $country));

def duty_docs($order; $country):
  if .duties_included then empty else
    .lines[] | select(.quantity > 0) | (.id | tail) as $line | .title as $title | .duties | to_entries[] | .key as $n | .value
    | charge("duty_" + $line + "_" + ($n + 1 | tostring); "duty"; "Duty: " + $title; .amount; null;
        taxes(.taxes; $order; $country))
  end;

def other_docs:
  (.totals.tip | select(nothing | not) | charge("tip"; "tip"; "Tip"; .; "0"; [])),
  (.totals.cash_rounding | select(nothing | not) | charge("cash_rounding"; "rounding"; "Cash rounding"; .; "0"; [])),
  (.totals.rounding | select(nothing | not) | charge("shop_rounding"; "rounding"; "Rounding of the shop"; .; "0"; []));

# Lines of text for the people in sales and warehouse.
def note_docs:
  (.lines[] | select(.current_quantity != null and .current_quantity < .quantity)
    | {id: ("left_" + (.id | tail)), kind: "note",
       name: "\([.sku, .title] | joined(" ")): \(.quantity) sold, \(.current_quantity) left after edits and refunds"}),
  (.note | text | select(. != null) | {id: "note", kind: "note", name: .}),
  (.attributes | attribute_text | select(. != null) | {id: "attributes", kind: "note", name: .});

# ---- Payments -----------------------------------------------------------------------------------

def payment_docs:
  [(.transactions | to_entries[] | .key as $n | .value
   | select(.status == "success" and (.kind == "sale" or .kind == "capture" or .kind == "change"))
   | {
       id: (if .id then .id | tail else "n\($n + 1)" end),
       kind: .kind,
       amount: .amount,
       date: (.processed_on // (.processed_at // .created_at | date_only)),
       memo: (.payment_id // (if .id then .id | tail else null end)),
       parent: (if .parent_id then .parent_id | tail else null end),
       gateway: .gateway,
       journal: find("journal"; optional("payment_methods"; .gateway; "erp_odoo_journal") // .gateway)
     }),
   # What was given back for units that were taken out was never paid for the order.
   (.transactions[] | select(.removed_amount != null)
    | {id: ("removed_" + (.id | tail)), kind: "change", amount: .removed_amount,
       parent: (if .parent_id then .parent_id | tail else null end)})];

# ---- What the shop has shipped -------------------------------------------------------------------

# The warehouse of a location of the shop; null: no row of its own.
def warehouse: if .name then lookup_exact("warehouses"; .name) else null end;

def shipment_docs:
  [.fulfillments[] | {
    id: (.id | tail),
    date: .created_at,
    warehouse: (.location // {} | warehouse),
    tracking: ([.packages[].number] | if . == [] then null else join(", ") end),
    lines: [.lines[] | {line: ("line_" + (.line_id | tail)), quantity: .quantity}]
  }];

# null: the source says that something was shipped, and not what.
def shipments:
  if .fulfillments then shipment_docs
  elif has("fulfillments") then null
  else [] end;

# Of the location that sold it, or of the one that has shipped all that was shipped.
def order_warehouse:
  if .location.name then .location | warehouse
  else [.fulfillments // [] | .[] | .location // {} | warehouse] | unique | if length == 1 then .[0] else null end end;

# ---- The order ----------------------------------------------------------------------------------

. as $order
| tax_country as $country
| (if .tax_detail == "order" then order_taxes($country) else null end) as $all
| {
    number: .name,
    cancelled: (.cancelled_at != null),
    # How far an order of a status that nobody has thought of may go is asked, not guessed.
    depth: (
      if any($tables.payment_statuses.values[]; . == "erp_odoo_depth")
      then lookup("payment_statuses"; .financial_status; "erp_odoo_depth")
      else "paid" end),
    currency: lookup("currencies"; .currency),
    pricelist: (if $tables.price_lists then lookup_exact("price_lists"; .currency) else null end),
    prices_include_tax: .prices_include_tax,
    date: (.processed_at // .created_at),
    customer: customer,
    invoice_address: (.billing_address | address("invoice")),
    delivery_address: (.shipping_address | address("delivery")),
    values: {
      origin: .name,
      client_order_ref: (.po_number | text // $order.name),
      payment_term_id: find("payment_term";
        if .payment_terms.name then lookup("payment_terms"; .payment_terms.name) else null end),
      warehouse_id: find("warehouse"; order_warehouse),
      team_id: find("team"; optional("sales_channels"; .channel.source; "erp_odoo_team"))
    },
    lines: [
      line_docs($order; $country; $all),
      shipping_docs($order; $country; $all),
      fee_docs($order; $country),
      duty_docs($order; $country),
      other_docs,
      note_docs
    ],
    payments: payment_docs,
    totals: {total: .totals.total, tax: .totals.tax}
  }
  # Where the shop's day is not that of `date`, which is UTC.
  + ($order
     | if .processed_on and .processed_on != (.processed_at // .created_at | date_only)
       then {day: .processed_on} else {} end)
  # How tables/skus.csv names lines that have no article, for the connector to say it; see line_keys. And in which line it
  # does so already, without an answer.
  + ([$order.lines[] | select(.quantity > 0 and article == null) | {key: ("line_" + (.id | tail)), value: (line_keys(.)[0])}]
     | if . == [] then {} else
         {also: {article_keys: from_entries, article_lines: ([.[] | {key, value: ({_ask: "line", table: "skus", key: .value} | _ask | values)}] | from_entries)}}
       end)
  + (if .fulfillment_status == "on_hold" then {on_hold: true} else {} end)
  + ($order | shipments | if . == [] then {} else {shipments: .} end)
