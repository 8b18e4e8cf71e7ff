# What the file for the product import of Shopify's admin is made of: see store_product in ../erpsync.jq. Which fields are written, and who
# may change them, is a matter of [products] in the configuration.
include "erpsync";

store_product
