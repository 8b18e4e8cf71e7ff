# The customer of an order -> one row of customers.csv; no row for a guest. Included by order.jq.
include "erpsync";

def customer_columns: [
  {name: "customer_id", type: "text"},
  {name: "legacy_id", type: "text"},
  {name: "first_name", type: "text"},
  {name: "last_name", type: "text"},
  {name: "email", type: "text"},
  {name: "phone", type: "text"},
  {name: "tax_exempt", type: "text"},
  {name: "tax_exemptions", type: "text"},
  {name: "locale", type: "text"},
  {name: "company", type: "text"},
  {name: "company_external_id", type: "text"},
  {name: "company_location", type: "text"},
  {name: "company_location_external_id", type: "text"},
  {name: "company_tax_id", type: "text"},
  {name: "address_company", type: "text"},
  {name: "address1", type: "text"},
  {name: "address2", type: "text"},
  {name: "city", type: "text"},
  {name: "zip", type: "text"},
  {name: "province_code", type: "text"},
  {name: "country", type: "text"}
];

# A store's CSV export has no customer ids: the e-mail address is all that tells customers apart.
def customer_key: .customer.id // .customer.email // .email;

def customer_cells: (.billing_address // .shipping_address) as $address | [
  (
    customer_key,
    .customer.legacy_id,
    .customer.first_name,
    .customer.last_name,
    (.customer.email // .email),
    (.customer.phone // .phone),
    (.customer.tax_exempt | text),
    (.customer.tax_exemptions // [] | joined(", ")),
    .locale
  ),
  (
    .company.name,
    .company.external_id,
    .company.location.name,
    .company.location.external_id,
    .company.location.tax_id
  ),
  (
    $address.company,
    $address.address1,
    $address.address2,
    $address.city,
    $address.zip,
    $address.province_code,
    $address.country_code
  )
];

def customer_file: {
  key: "customer_id",
  columns: customer_columns,
  rows: (if .customer == null or customer_key == null then [] else [customer_cells] end)
};
