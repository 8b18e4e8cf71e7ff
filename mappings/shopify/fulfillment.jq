# What Shopify is told about one delivery: the order, what is in it, where it left from, and how the buyer follows it.
# Which lines of the shop's order that is, and what was told before, is the program's business.
include "erpsync";

# "https://track.example/?n={number}" with the number in its place.
def tracking_url($template; $number):
  if $template == null then null else $template | split("{number}") | join($number | @uri) end;

# An own copy of the table from before it had columns for the shop: then names pass as they are.
def for_the_shop($carrier; $column):
  if $carrier == null or all($tables.carriers.values[]; . != $column) then null
  else lookup_or("carriers"; $carrier; $column; null) end;

def packages($template): [.packages // [] | .[] | {number, url: ((.url | text) // tracking_url($template; .number))}];

(.carrier | text) as $carrier
| for_the_shop($carrier; "store_tracking_url") as $template
| packages($template) as $packages
| (.warehouse | text) as $warehouse
| (if $warehouse then lookup_or("locations"; $warehouse; null) else null end) as $location
| {
    order: {id: (.order.id | text), name: (.order.name | text)},
    warehouse: $warehouse,
    # A warehouse that is none of the shop's: the goods leave from where the shop expects it.
    location: (if $location == "-" then null else $location end),
    company: (for_the_shop($carrier; "store_carrier") // $carrier),
    # Shopify matches links to numbers by position, so those without one come last.
    packages: [($packages[] | select(.url)), ($packages[] | select(.url | not))],
    lines: [
      .lines
      | to_entries[]
      | .key as $i
      | .value
      | (.sku | text) as $sku
      | if (.line_id | text) == null and $sku == null then
          fail("no_sku";
            "line \($i + 1)" + (if .title | text then " '\(.title | shown)'" else "" end)
            + " names neither an article nor a line of the shop's order; give the article a SKU in the ERP")
        else
          # With the shop's own line the SKU is for people only.
          {
            line_id: (.line_id | text),
            sku: (
              if $sku == null then null
              elif .line_id | text then lookup_or("store_skus"; $sku; $sku)
              else lookup("store_skus"; $sku) end),
            quantity
          }
        end
    ]
  }
