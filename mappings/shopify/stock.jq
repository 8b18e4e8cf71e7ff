# What Shopify is told about one article: see store_stock in ../erpsync.jq.
include "erpsync";

store_stock
