# Canonical order -> rows of orders.csv and customers.csv. Columns: see README.md beside this file.
#
# The columns come in three groups, and the cells of each group in the same order in a list of
# their own: to add a column, add a line to both. The round brackets inside a list of cells make no
# difference to the result, but jq is slow with one long list.
include "erpsync";
include "csv/customer";

def columns: [
  # ---- the fixed beginning that other programs may count on: first_cells ----
  {name: "order_id", type: "text"},
  {name: "order_number", type: "text"},
  {name: "order_date", type: "time"},
  {name: "customer_email", type: "text"},
  {name: "line_id", type: "text"},
  {name: "sku", type: "text"},
  {name: "quantity", type: "count"},
  {name: "unit_price", type: "amount"},
  {name: "discount", type: "amount"},
  {name: "tax", type: "amount"},
  {name: "line_total", type: "amount"},
  {name: "order_total", type: "amount"},
  {name: "currency", type: "text"},
  {name: "payment_method", type: "text"},
  {name: "status", type: "text"},

  # ---- of the line: line_cells ----
  {name: "line_number", type: "count"},
  {name: "line_type", type: "text"},
  {name: "title", type: "text"},
  {name: "variant_title", type: "text"},
  {name: "vendor", type: "text"},
  {name: "shop_sku", type: "text"},
  {name: "barcode", type: "text"},
  {name: "product_id", type: "text"},
  {name: "variant_id", type: "text"},
  {name: "gift_card", type: "text"},
  {name: "requires_shipping", type: "text"},
  {name: "taxable", type: "text"},
  {name: "line_gross", type: "amount"},
  {name: "line_net", type: "amount"},
  {name: "tax_code", type: "text"},
  {name: "tax_title", type: "text"},
  {name: "tax_rate", type: "text"},
  {name: "tax_paid_by_channel", type: "text"},
  {name: "line_discounts", type: "text"},
  {name: "current_quantity", type: "count"},
  {name: "unfulfilled_quantity", type: "count"},
  {name: "bundle_id", type: "text"},
  {name: "bundle_sku", type: "text"},
  {name: "bundle_title", type: "text"},
  {name: "bundle_quantity", type: "count"},
  {name: "selling_plan", type: "text"},
  {name: "line_attributes", type: "text"},

  # ---- of the order, the same on each of its rows: order_cells ----
  {name: "lines_total", type: "amount"},
  {name: "discount_total", type: "amount"},
  {name: "shipping_total", type: "amount"},
  {name: "shipping_tax", type: "amount"},
  {name: "shipping_tax_code", type: "text"},
  {name: "duties_total", type: "amount"},
  {name: "fees_total", type: "amount"},
  {name: "tip_total", type: "amount"},
  {name: "order_tax_total", type: "amount"},
  {name: "order_tax_code", type: "text"},
  {name: "cash_rounding", type: "amount"},
  {name: "rounding", type: "amount"},
  {name: "tax_total", type: "amount"},
  {name: "prices_include_tax", type: "text"},
  {name: "tax_exempt", type: "text"},
  {name: "current_total", type: "amount"},
  {name: "paid_amount", type: "amount"},
  {name: "refunded_amount", type: "amount"},
  {name: "outstanding_amount", type: "amount"},
  {name: "shop_currency", type: "text"},
  {name: "shop_total", type: "amount"},
  {name: "presentment_currency", type: "text"},
  {name: "presentment_total", type: "amount"},
  {name: "discounts", type: "text"},
  {name: "payment_gateways", type: "text"},
  {name: "payment_ids", type: "text"},
  {name: "created_at", type: "time"},
  {name: "cancelled_at", type: "time"},
  {name: "cancel_reason", type: "text"},
  {name: "financial_status", type: "text"},
  {name: "fulfillment_status", type: "text"},
  {name: "return_status", type: "text"},
  {name: "edited", type: "text"},
  {name: "customer_id", type: "text"},
  {name: "customer_name", type: "text"},
  {name: "customer_phone", type: "text"},
  {name: "company", type: "text"},
  {name: "company_external_id", type: "text"},
  {name: "company_location", type: "text"},
  {name: "company_location_external_id", type: "text"},
  {name: "company_tax_id", type: "text"},
  {name: "po_number", type: "text"},
  {name: "payment_terms", type: "text"},
  {name: "payment_due_at", type: "time"},
  {name: "billing_name", type: "text"},
  {name: "billing_company", type: "text"},
  {name: "billing_address1", type: "text"},
  {name: "billing_address2", type: "text"},
  {name: "billing_city", type: "text"},
  {name: "billing_zip", type: "text"},
  {name: "billing_province_code", type: "text"},
  {name: "billing_country", type: "text"},
  {name: "billing_phone", type: "text"},
  {name: "shipping_name", type: "text"},
  {name: "shipping_company", type: "text"},
  {name: "shipping_address1", type: "text"},
  {name: "shipping_address2", type: "text"},
  {name: "shipping_city", type: "text"},
  {name: "shipping_zip", type: "text"},
  {name: "shipping_province_code", type: "text"},
  {name: "shipping_country", type: "text"},
  {name: "shipping_phone", type: "text"},
  {name: "shipping_method", type: "text"},
  {name: "carrier", type: "text"},
  {name: "note", type: "text"},
  {name: "attributes", type: "text"},
  {name: "tags", type: "text"},
  {name: "sales_channel", type: "text"},
  {name: "channel_order_number", type: "text"},
  {name: "location", type: "text"},
  {name: "confirmation_number", type: "text"},
  {name: "legacy_id", type: "text"},
  {name: "source", type: "text"}
];

# Columns behind these, in which no order differs that does not differ in the others: an order is not written again for them.
def also_columns: [
  {name: "sold_quantity", type: "count"},
  {name: "removed_quantity", type: "count"},
  {name: "sold_total", type: "amount"},
  {name: "fulfilled_quantity", type: "count"}
];
def also_cells($line): [
  ($line.sold_quantity | text),
  ($line.removed_quantity | text),
  .totals.sold_total,
  ($line.fulfilled_quantity | text)
];

def line_cells($line; $number; $codes): [
  (
    ($number | tostring),
    $line.kind,
    $line.title,
    $line.variant_title,
    $line.vendor,
    ($line.sku | text),
    $line.barcode,
    $line.product_id,
    $line.variant_id
  ),
  (
    ($line.kind == "gift_card" | tostring),
    ($line.requires_shipping | tostring),
    ($line.taxable | tostring),
    $line.gross_total,
    $line.net_total
  ),
  (
    tax_codes($line.taxes; $codes),
    ([$line.taxes[].title] | joined("+")),
    ([$line.taxes[].rate] | joined("+")),
    (if $line.taxes | length == 0 then null else $line.taxes | any(.channel_liable == true) | tostring end)
  ),
  (
    ([$line.discounts[] | .code // .title] | joined_once(", ")),
    ($line.current_quantity | text),
    ($line.unfulfilled_quantity | text),
    $line.bundle.id,
    $line.bundle.sku,
    $line.bundle.title,
    ($line.bundle.quantity | text),
    $line.selling_plan,
    ($line.attributes | attribute_text)
  )
];

# Not a list but nine results, to stand in a list of cells.
def address_cells:
  full_name,
  .company,
  .address1,
  .address2,
  .city,
  .zip,
  .province_code,
  .country_code,
  .phone;

# The way of sending that the ERP knows: by the carrier's name, else by what the shop calls it.
def carrier: [.shipping_lines[] | lookup("carriers"; .carrier // .title)] | joined_once("+");

def order_cells($codes): [
  (
    .totals.lines,
    .totals.discount,
    .totals.shipping_charged,
    .totals.shipping_tax,
    tax_codes([.shipping_lines[].taxes[]]; $codes)
  ),
  (
    .totals.duties_charged,
    .totals.fees_charged,
    .totals.tip,
    .totals.order_tax,
    (if .tax_detail == "order" then tax_codes(.taxes; $codes) else null end)
  ),
  (
    .totals.cash_rounding,
    .totals.rounding,
    .totals.tax,
    (.prices_include_tax | tostring),
    (.tax_exempt | tostring)
  ),
  (
    .totals.current_total,
    .totals.paid,
    .totals.refunded,
    .totals.outstanding
  ),
  (
    .shop_currency,
    .shop_total,
    .presentment_currency,
    .presentment_total
  ),
  (
    ([.discounts[] | .code // .title] | joined_once(", ")),
    (.payment_gateways | joined_once(", ")),
    ([.transactions[] | select(.status == "success") | .payment_id] | joined_once(", "))
  ),
  (
    .created_at,
    .cancelled_at,
    .cancel_reason,
    .financial_status,
    .fulfillment_status,
    .return_status,
    (.edited | tostring)
  ),
  (
    .customer.id,
    (.customer | full_name),
    (.phone // .customer.phone)
  ),
  (
    .company.name,
    .company.external_id,
    .company.location.name,
    .company.location.external_id,
    .company.location.tax_id
  ),
  (
    .po_number,
    .payment_terms.name,
    .payment_terms.due_at
  ),
  (.billing_address | address_cells),
  (.shipping_address | address_cells),
  (
    ([.shipping_lines[].title] | joined(", ")),
    carrier,
    .note,
    (.attributes | attribute_text),
    (.tags | joined(", "))
  ),
  (
    lookup_or("sales_channels"; .channel.source; .channel.source),
    .channel.source_identifier,
    .location.name,
    .confirmation_number,
    .legacy_id,
    .source
  )
];

# The first 15: what the line says stands between what the order says.
def first_cells($head; $line; $sku; $tail):
  $head
  + [$line.id, $sku, ($line.quantity | text), $line.unit_price, $line.discount_total, $line.tax_total, $line.total]
  + $tail;

. as $order
| tax_index(
    .lines[].taxes[], .shipping_lines[].taxes[], (select(.tax_detail == "order") | .taxes[]);
    tax_country) as $codes
| order_cells($codes) as $order_cells
| ([.payment_gateways[] | lookup("payment_methods"; .)] | joined_once("+")) as $method
| [.id, .name, (.processed_at // .created_at), (.email // .customer.email)] as $head
| [.totals.total, lookup("currencies"; .currency), $method, lookup("payment_statuses"; .financial_status)] as $tail
| {
    also: {
      orders: {
        columns: also_columns,
        rows: [(if .lines == [] then null else .lines[] end) as $line | also_cells($line)]
      }
    },
    files: {
      orders: {
        key: "order_id",
        columns: columns,
        rows: (
          if .lines == [] then
            # One row all the same: no order may vanish.
            [first_cells($head; null; null; $tail)
             + [range((columns | length) - 15 - ($order_cells | length)) | null]
             + $order_cells]
          else
            [range(.lines | length) as $i | .lines[$i] as $line
             | first_cells($head; $line; erp_sku($line; $i + 1); $tail)
               + line_cells($line; $i + 1; $codes)
               + $order_cells]
          end)
      },
      customers: ($order | customer_file)
    }
  }
