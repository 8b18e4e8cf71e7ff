# What Shopify is told about one product: the ERP's own words under the same names, and the shop's SKUs. What the
# document does not have stays away (the shop's stays); null says that there is none. Which fields are written, and who
# may change them, is a matter of [products] in the configuration.
include "erpsync";

# The members of an object that are there.
def only($keys): . as $from | reduce ($keys[] | select(. as $key | $from | has($key))) as $key ({}; .[$key] = $from[$key]);

def variant:
  (if .sku and .sku != "" then lookup("store_skus"; .sku) else null end) as $sku
  # An article that is not for the shop.
  | select($sku != "-")
  | {id, status, sku: $sku, options: [(.options // [])[] | {name, value}]}
    + only(["barcode", "price", "compare_at_price", "cost", "weight_kg", "tracked", "requires_shipping"]);

{code, status, currency, prices_include_tax}
+ only(["title", "description", "vendor", "type", "tags"])
+ {options: [(.options // [])[].name], variants: [.variants[] | variant]}
