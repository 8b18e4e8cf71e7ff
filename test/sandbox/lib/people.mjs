// Customers, companies and addresses as GraphQL objects; the way from an order's line to its variant.

import { gid } from './errors.mjs';

const CREATED = '2024-01-01T09:00:00Z';

/** A field resolver for the variant of a catalogue row, null when it was deleted. */
export const articleField = row => (args, context) => {
  const found = context.catalogue.variants[row.n];
  return found.deleted ? null : context.catalogue.view(found);
};

export function customerView(c) {
  return {
    __typename: 'Customer',
    id: gid('Customer', c.id),
    legacyResourceId: String(c.id),
    firstName: c.firstName,
    lastName: c.lastName,
    displayName: `${c.firstName} ${c.lastName}`,
    email: c.email,
    phone: c.phone,
    defaultEmailAddress: c.email && { emailAddress: c.email, marketingState: 'NOT_SUBSCRIBED', validFormat: true },
    defaultPhoneNumber: c.phone && { phoneNumber: c.phone },
    taxExempt: c.taxExempt,
    taxExemptions: c.exemptions,
    createdAt: CREATED,
    updatedAt: CREATED,
    state: 'ENABLED',
    note: null,
    tags: (args, { orders }) => orders.customers.get(c.id)?.tags ?? [],
    _metafields: ({ orders }) => orders.customers.get(c.id)?.metafields,
    verifiedEmail: true,
    locale: 'en',
    companyContactProfiles: [],
  };
}

export function companyView(m) {
  const c = m.company;
  const company = {
    __typename: 'Company',
    id: gid('Company', c.id),
    name: c.name,
    externalId: c.externalId,
    note: null,
    createdAt: CREATED,
    updatedAt: CREATED,
  };
  const location = {
    __typename: 'CompanyLocation',
    id: gid('CompanyLocation', c.locationId),
    name: `${c.name}, head office`,
    externalId: c.locationExternal,
    company,
    currency: 'EUR',
    createdAt: CREATED,
    updatedAt: CREATED,
    taxSettings: { taxRegistrationId: c.vat, taxExempt: false, taxExemptions: [] },
  };
  return {
    __typename: 'PurchasingCompany',
    company,
    location,
    contact: {
      __typename: 'CompanyContact',
      id: gid('CompanyContact', c.contactId),
      customer: customerView(m.customer),
      isMainContact: true,
      company,
      createdAt: CREATED,
      updatedAt: CREATED,
    },
  };
}

export function addressView(a, id) {
  if (!a) return null;
  const name = [a.firstName, a.lastName].filter(Boolean).join(' ');
  return {
    __typename: 'MailingAddress',
    id: `${gid('MailingAddress', id)}?model_name=Address`,
    ...a,
    name,
    countryCodeV2: a.country,
    countryCode: a.country,
    country: COUNTRIES[a.country] ?? a.country,
    coordinatesValidated: false,
    formatted: [
      a.company,
      a.address1,
      a.address2,
      [a.zip, a.city].filter(Boolean).join(' '),
      COUNTRIES[a.country],
    ].filter(Boolean),
  };
}
const COUNTRIES = { FR: 'France', DE: 'Germany', GB: 'United Kingdom', US: 'United States', CA: 'Canada' };
