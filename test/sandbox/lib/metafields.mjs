// Metafields of an owner (HasMetafields): what is kept, how they are changed, and the two fields that show them. Kept as a
// plain object by "namespace.key": { type, value }, in the order in which they were made.

import { apiError, gid, notImitated } from './errors.mjs';
import { listPage } from './pages.mjs';

const NAME = /^[A-Za-z0-9_-]{2,255}\.[A-Za-z0-9_-]{2,64}$/;
/** Types whose value is JSON; the others' is the text itself. */
const AS_JSON = /^(list\.|number_integer|boolean|json|money|rating|dimension|volume|weight|rich_text)/;
const CREATED = '2026-01-01T09:00:00Z';

/** As a merchant or an app sets them: { "namespace.key": { type, value } }, null takes one away. */
export function changeMetafields(kept, change) {
  const all = { ...kept };
  for (const [name, field] of Object.entries(change)) {
    if (!NAME.test(name)) throw new Error(`"${name}" is no name of a metafield`);
    if (field && (typeof field.type !== 'string' || typeof field.value !== 'string'))
      throw new Error(`metafield ${name} needs a type and a value, both texts`);
    if (field) all[name] = { type: field.type, value: field.value };
    else delete all[name];
  }
  return all;
}

function view(owner, name, { type, value }, n, whole) {
  const dot = name.indexOf('.'),
    owned = Number(/(\d+)$/.exec(owner.id)[1]);
  const id = 30000000000000 + (owned % 1000000000) * 64 + n;
  return {
    __typename: 'Metafield',
    id: gid('Metafield', id),
    legacyResourceId: String(id),
    namespace: name.slice(0, dot),
    key: whole ? name : name.slice(dot + 1),
    type,
    value,
    jsonValue: AS_JSON.test(type) ? JSON.parse(value) : value,
    ownerType: { Order: 'ORDER', Customer: 'CUSTOMER', Product: 'PRODUCT', ProductVariant: 'PRODUCTVARIANT' }[owner.__typename],
    sizeInBytes: Buffer.byteLength(value),
    createdAt: CREATED,
    updatedAt: CREATED,
    owner,
  };
}
function listed(owner, context, whole) {
  const kept = owner._metafields;
  const all = (typeof kept === 'function' ? kept(context) : kept) ?? {};
  return Object.entries(all).map(([name, field], n) => view(owner, name, field, n, whole));
}

/** With keys the key of each is the whole name: the schema's own words, "will be returned in the same format". */
function metafields(owner, { keys, namespace, ...page }, context) {
  if (keys && namespace) throw notImitated('metafields by keys and namespace at once');
  for (const key of keys ?? [])
    if (!/^[^.]+\.[^.]+$/.test(key)) throw apiError(`Key ${key} is not in the format namespace.key.`, 'BAD_REQUEST');
  const all = listed(owner, context, Boolean(keys)).filter(
    m => (!keys || keys.includes(m.key)) && (!namespace || m.namespace === namespace),
  );
  return listPage(all, page);
}
function metafield(owner, { key, namespace }, context) {
  const whole = key.includes('.'),
    name = whole ? key : `${namespace ?? '$app'}.${key}`;
  return listed(owner, context, whole).find(m => (whole ? m.key : `${m.namespace}.${m.key}`) === name) ?? null;
}

const fields = { metafields, metafield };
export const METAFIELDS = { Order: fields, Customer: fields, Product: fields, ProductVariant: fields };
