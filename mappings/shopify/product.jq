# What Shopify is told about one product: see store_product in ../erpsync.jq. Which fields are written, and who
# may change them, is a matter of [products] in the configuration.
include "erpsync";

store_product
