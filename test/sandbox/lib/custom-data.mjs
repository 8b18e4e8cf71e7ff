// Metafield definitions, as far as custom ids need them: shopify.dev, "Working with custom IDs". A product is found or set
// under a custom id only where a definition of the type "id" exists; such values are unique by themselves.

import { apiError, gid, notImitated } from './errors.mjs';
import { problem } from './product-input.mjs';

const keyOf = ({ ownerType = 'PRODUCT', namespace, key }) => `${ownerType} ${namespace ?? '$app'}.${key}`;

export function metafieldDefinition({ id, identifier }, { catalogue }) {
  if (id || !identifier) throw notImitated('metafieldDefinition without an identifier');
  return catalogue.definitions.get(keyOf(identifier)) ?? null;
}

/** Refuses a custom id that nobody has defined. */
export function needDefinition({ catalogue }, customId) {
  if (catalogue.definitions.get(keyOf(customId))?.type.name !== 'id')
    throw apiError("Metafield definition of type 'id' is required when using custom ids.", 'NOT_FOUND');
}

const KNOWN = ['name', 'namespace', 'key', 'description', 'type', 'ownerType'];
const TYPES = ['id', 'single_line_text_field', 'number_integer'];
const text = (value, least, most) => value.length >= least && value.length <= most && /^[A-Za-z0-9_-]+$/.test(value);

function create({ definition }, { catalogue }) {
  for (const name of Object.keys(definition))
    if (!KNOWN.includes(name) && definition[name] !== false) throw notImitated(`${name} of a metafield definition`);
  if (definition.ownerType !== 'PRODUCT') throw notImitated(`metafield definitions of ${definition.ownerType}`);
  const refuse = (code, name, message) => ({
    createdDefinition: null,
    userErrors: [problem(code, ['definition', name], message)],
  });
  if (!text(definition.namespace ?? '$app', 3, 255)) return refuse('INVALID', 'namespace', 'Namespace is invalid.');
  if (!text(definition.key, 2, 64)) return refuse('INVALID', 'key', 'Key is invalid.');
  if (!TYPES.includes(definition.type)) return refuse('INCLUSION', 'type', `Type name ${definition.type} is not a valid type.`);
  if (!definition.name.trim()) return refuse('BLANK', 'name', "Name can't be blank.");
  const key = keyOf(definition);
  if (catalogue.definitions.has(key)) return refuse('TAKEN', 'key', 'Key is in use for Product metafields on the namespace.');
  const row = {
    __typename: 'MetafieldDefinition',
    id: gid('MetafieldDefinition', 3100000000000 + catalogue.definitions.size),
    name: definition.name,
    namespace: definition.namespace ?? '$app',
    key: definition.key,
    ownerType: definition.ownerType,
    description: definition.description ?? null,
    type: { __typename: 'MetafieldDefinitionType', name: definition.type, category: 'ID' },
  };
  catalogue.definitions.set(key, row);
  return { createdDefinition: row, userErrors: [] };
}

export const CUSTOM_DATA = { metafieldDefinitionCreate: { scopes: ['write_products'], run: create } };
