# Canonical refund -> rows of refunds.csv. Columns: see README.md beside this file.
#
# The columns come in three groups, and the cells of each group in the same order in a list of
# their own, as in order.jq.
include "erpsync";

def columns: [
  # ---- the fixed beginning that other programs may count on ----
  {name: "refund_id", type: "text"},
  {name: "refund_number", type: "text"},
  {name: "order_id", type: "text"},
  {name: "order_number", type: "text"},
  {name: "refund_date", type: "time"},
  {name: "line_id", type: "text"},
  {name: "sku", type: "text"},
  {name: "quantity", type: "count"},
  {name: "amount", type: "amount"},
  {name: "tax", type: "amount"},
  {name: "refund_total", type: "amount"},
  {name: "paid_amount", type: "amount"},
  {name: "currency", type: "text"},
  {name: "payment_method", type: "text"},
  {name: "reason", type: "text"},

  # ---- of the line: line_cells ----
  {name: "line_number", type: "count"},
  {name: "line_type", type: "text"},
  {name: "title", type: "text"},
  {name: "variant_title", type: "text"},
  {name: "shop_sku", type: "text"},
  {name: "product_id", type: "text"},
  {name: "variant_id", type: "text"},
  {name: "refund_line_id", type: "text"},
  {name: "restock", type: "text"},
  {name: "location", type: "text"},
  {name: "warehouse", type: "text"},
  {name: "tax_code", type: "text"},
  {name: "tax_title", type: "text"},
  {name: "tax_rate", type: "text"},
  {name: "tax_paid_by_channel", type: "text"},

  # ---- of the refund, the same on each of its rows: refund_cells ----
  {name: "tax_total", type: "amount"},
  {name: "pending_amount", type: "amount"},
  {name: "paid_at", type: "time"},
  {name: "payment_gateways", type: "text"},
  {name: "payment_ids", type: "text"},
  {name: "transaction_ids", type: "text"},
  {name: "shop_currency", type: "text"},
  {name: "shop_total", type: "amount"},
  {name: "presentment_currency", type: "text"},
  {name: "prices_include_tax", type: "text"},
  {name: "note", type: "text"},
  {name: "order_created_at", type: "time"},
  {name: "order_legacy_id", type: "text"},
  {name: "shop_refund_id", type: "text"},
  {name: "source", type: "text"}
];

# Of what is no article, as shipping, only what a row of tables/skus.csv chooses.
def refunded_sku($line; $number):
  if ($line.kind | . == "shipping" or . == "duty" or . == "fee" or . == "adjustment") and ($line.sku | text) == null then
    first(titled_article($line), lookup_exact("skus"; "kind:" + $line.kind) | values) // null
  else erp_sku($line; $number) end;

def line_cells($line; $number; $codes): [
  (
    ($number | tostring),
    $line.kind,
    $line.title,
    $line.variant_title,
    ($line.sku | text),
    $line.product_id,
    $line.variant_id,
    $line.id,
    $line.restock
  ),
  (
    $line.location.name,
    ($line.location.name | if text then lookup("warehouses"; .) else null end)
  ),
  (
    tax_codes($line.taxes; $codes),
    ([$line.taxes[].title] | joined("+")),
    ([$line.taxes[].rate] | joined("+")),
    (if $line.taxes | length == 0 then null else $line.taxes | any(.channel_liable == true) | tostring end)
  )
];

# Money of this refund that has gone back, or is still under way.
def payments: [.transactions[] | select(.status != "failure" and .status != "error" and .removed_amount != .amount)];

def refund_cells: payments as $payments | [
  (
    .totals.tax,
    .totals.pending,
    ([$payments[] | select(.status == "success") | .processed_at // .created_at] | max)
  ),
  (
    ([$payments[].gateway] | joined_once(", ")),
    ([$payments[].payment_id] | joined_once(", ")),
    ([$payments[].id] | joined(", "))
  ),
  (
    .shop_currency,
    .totals.shop_total,
    .presentment_currency,
    (.prices_include_tax | tostring)
  ),
  (
    .note,
    .order.created_at,
    .order.legacy_id,
    .refund_id,
    .source
  )
];


# In the first 15 what the line says stands between what the refund says.
refund_cells as $refund_cells
| tax_index(.lines[].taxes[]; .order.tax_country) as $codes
| ([payments[].gateway | values | lookup("payment_methods"; .)] | joined_once("+")) as $method
| [.id, .name, .order.id, .order.name, .happened_at] as $head
| [.totals.total, .totals.paid, lookup("currencies"; .currency), $method, .reason] as $tail
| {
    files: {
      refunds: {
        key: "refund_id",
        columns: columns,
        rows: (
          if .lines == [] then
            # Only money moved: one row all the same.
            [$head + [null, null, null, .totals.total, .totals.tax] + $tail
             + [range((columns | length) - 15 - ($refund_cells | length)) | null]
             + $refund_cells]
          else
            [range(.lines | length) as $i | .lines[$i] as $line
             | $head
               + [$line.line_id, refunded_sku($line; $i + 1), ($line.quantity | text), $line.total, $line.tax_total]
               + $tail
               + line_cells($line; $i + 1; $codes)
               + $refund_cells]
          end)
      }
    }
  }
