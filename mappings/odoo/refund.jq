# Canonical refund -> what becomes a credit note, a return receipt and outgoing payments in Odoo. What each part means:
# README.md beside this file.
include "erpsync";

# The end of an id: "gid://shopify/LineItem/11" -> "11".
def tail: split("/") | .[-1];

# The answer of a column that a table of one's own may lack.
def optional($table; $key; $column):
  if any($tables[$table].values[]; . == $column) then lookup_or($table; $key; $column; null) else null end;

# The warehouse of a location of the shop; null: no row of its own.
def warehouse: if .name then lookup_exact("warehouses"; .name) else null end;

def line_docs:
  [.lines[] | {
    id: (.id | tail),
    kind: .kind,
    # As order.jq names it; of shipping and the like money alone goes back.
    line: (if .line_id then "line_" + (.line_id | tail) else null end),
    name: ([.title, .variant_title] | joined(" - ")),
    quantity: .quantity,
    goods: .restock,
    warehouse: (.location // {} | warehouse),
    total: .total,
    tax: .tax_total,
    taxes: [.taxes[] | {title: .title, rate: (.rate | if . == null then null else rate_text end)}]
  }];

# What has gone back, less what was given back for units that were taken out: that was never paid for the order.
def payment_docs:
  [.transactions[] | select(.status == "success")
   | {
       id: (.id | tail),
       kind: .kind,
       amount: .amount,
       date: (.processed_on // (.processed_at // .created_at | date_only)),
       memo: (.payment_id // (.id | tail)),
       gateway: .gateway,
       journal: (if .gateway == null then null
         else {find: "journal", name: (optional("payment_methods"; .gateway; "erp_odoo_journal") // .gateway)} end)
     },
     (select(.removed_amount != null)
      | {id: ("removed_" + (.id | tail)), kind: "change", amount: .removed_amount, parent: (.id | tail)})];

{
  number: .name,
  order: .order.name,
  currency: lookup("currencies"; .currency),
  prices_include_tax: .prices_include_tax,
  day: (.happened_on // (.happened_at | date_only)),
  lines: line_docs,
  payments: payment_docs,
  totals: {total: .totals.total, tax: .totals.tax}
}
