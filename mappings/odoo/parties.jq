# The customer of an order and its addresses as contacts of Odoo. Included by order.jq.
#
# Text cells are "" where there is nothing, so that all contacts have the same columns; null leaves a column out.
include "erpsync";

def cell: text // "";

def place_values: {
  street: (.address1 | cell),
  street2: (.address2 | cell),
  zip: (.zip | cell),
  city: (.city | cell),
  country_id: (if .country_code then {find: "country", name: .country_code} else "" end),
  # Odoo does not know the provinces of every country: without one the address is complete as well.
  state_id: (if .country_code and .province_code
    then {find: "state", name: (.country_code + "/" + .province_code), optional: true} else "" end)
};

# An address of the order; null where the order has none.
def address($type):
  if . == null then null
  else {
    type: $type,
    name: ([.company, full_name] | joined(", ") // ""),
    phone: (.phone | cell)
  } + place_values end;

def person_name:
  (.customer | full_name) // (.billing_address | full_name) // (.shipping_address | full_name)
  // (.customer.email | text) // (.email | text) // ("Customer of " + .name);

# Who buys: a company, a customer with an account, or a guest. `values` are for a contact that is made now; one that
# Odoo has already is not touched.
def customer:
  (.billing_address // .shipping_address // {}) as $at
  | (if .company then .company.name else person_name end) as $name
  | ((.customer.email // .email) | cell) as $email
  | ((.customer.phone // .phone // $at.phone) | cell) as $phone
  | (.company.location.tax_id | cell) as $vat
  | ((.company.external_id) | cell) as $ref
  | {
      id: (.company.id // .customer.id),
      company: (.company != null),
      email: $email,
      vat: $vat,
      ref: $ref,
      values: ({
        type: "contact",
        name: $name,
        is_company: (if .company then "1" else "0" end),
        email: $email,
        phone: $phone,
        vat: $vat,
        ref: $ref
      } + ($at | place_values))
    };
