# What the file for the inventory import of Shopify's admin is made of: see store_stock in ../erpsync.jq.
include "erpsync";

store_stock
