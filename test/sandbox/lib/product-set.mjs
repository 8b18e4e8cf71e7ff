// productSet: a product's full state in one call.
//
// The danger of it is real here: a list that is sent (variants, options, metafields) replaces what was there, and variants
// that are not in it are deleted, with their stock and their place on order lines. Scalars that are left out stay.

import { gid, numberOf } from './errors.mjs';
import { needDefinition } from './custom-data.mjs';
import { handleOf } from './catalogue-seed.mjs';
import {
  problem,
  onlyKnown,
  productProblems,
  applyProduct,
  freeHandle,
  optionValues,
  sameValues,
  variantProblems,
  applyVariant,
  needInventory,
} from './product-input.mjs';

const metafieldKey = ({ namespace, key, value }) => `${namespace}.${key}=${value}`;

/** { row } that the identifier means (null: create), or { errors }. */
function identify(identifier, input, context) {
  const { catalogue } = context;
  const refuse = (code, field, message) => ({ errors: [problem(code, field, message)] });
  const byId = (id, field) => {
    const row = catalogue.product(numberOf(id, 'Product'));
    return row ? { row } : refuse('PRODUCT_DOES_NOT_EXIST', field, 'Product does not exist');
  };
  if (!identifier) return input.id ? byId(input.id, ['input', 'id']) : { row: null };
  if (input.id)
    return refuse('ID_NOT_ALLOWED', ['input', 'id'], 'The id field is not allowed if identifier is provided.');
  if (identifier.id) return byId(identifier.id, ['identifier', 'id']);
  if (identifier.handle) {
    if (!input.handle)
      return refuse(
        'MISSING_FIELD_REQUIRED',
        ['input', 'handle'],
        'The input field corresponding to the identifier is required.',
      );
    if (handleOf(input.handle) !== handleOf(identifier.handle))
      return refuse(
        'INPUT_MISMATCH',
        ['input', 'handle'],
        'The identifier value does not match the value of the corresponding field in the input.',
      );
    const row = catalogue.handles.get(handleOf(identifier.handle));
    return { row: row && !row.deleted ? row : null };
  }
  const { customId } = identifier;
  needDefinition(context, customId);
  if (input.metafields && !input.metafields.some(m => metafieldKey(m) === metafieldKey(customId)))
    return refuse(
      'METAFIELD_MISMATCH',
      ['input', 'metafields'],
      'The input argument `metafields` (if present) must contain the `customId` value.',
    );
  const row = catalogue.metafieldIds.get(metafieldKey(customId));
  if ((!row || row.deleted) && !input.metafields)
    return refuse(
      'MISSING_FIELD_REQUIRED',
      ['input', 'metafields'],
      'The input field corresponding to the identifier is required.',
    );
  return { row: row && !row.deleted ? row : null };
}

function optionProblems(list) {
  const errors = [],
    path = ['input', 'productOptions'];
  const names = list.map(o => o.name);
  if (list.length > 3) errors.push(problem('OPTIONS_OVER_LIMIT', path, 'Can only specify a maximum of 3 options'));
  if (names.length !== new Set(names).size)
    errors.push(problem('DUPLICATED_OPTION_NAME', path, 'Duplicated option name.'));
  list.forEach((o, k) => {
    const values = (o.values ?? []).map(v => v.name);
    if (!values.length)
      errors.push(
        problem(
          'OPTION_VALUES_MISSING',
          [...path, String(k)],
          'Each option must have at least one option value specified.',
        ),
      );
    if (values.length !== new Set(values).size)
      errors.push(problem('DUPLICATED_OPTION_VALUE', [...path, String(k), 'values'], 'Duplicated option value.'));
  });
  return errors;
}

/** Checks the variants against the options to come; fills `plan` with { input, values, row }. */
function variantsProblems(input, row, context, plan) {
  const options = input.productOptions.map(o => ({ name: o.name, values: (o.values ?? []).map(v => v.name) }));
  const errors = [];
  input.variants.forEach((v, i) => {
    const path = ['input', 'variants', String(i)];
    onlyKnown('variant', v);
    errors.push(...variantProblems(v, path).map(e => ({ ...e, code: 'INVALID_VARIANT' })));
    const found = optionValues(null, options, v.optionValues);
    if (!found.values) {
      const code = found.code.startsWith('OPTION_') && !found.code.endsWith('LONG') ? found.code : 'INVALID_VARIANT';
      return errors.push(problem(code, [...path, 'optionValues'], found.message));
    }
    const unknown = found.values.findIndex((name, o) => !options[o].values.includes(name));
    if (unknown >= 0)
      return errors.push(
        problem('OPTION_VALUE_DOES_NOT_EXIST', [...path, 'optionValues'], 'Option value does not exist.'),
      );
    if (plan.some(p => sameValues(p.values, found.values)))
      return errors.push(
        problem(
          'INVALID_VARIANT',
          path,
          `The variant '${found.values.join(' / ')}' already exists. Please change at least one option value.`,
        ),
      );
    let old =
      row?.variants.find(x => sameValues(x.values, found.values) && x.values.length === found.values.length) ?? null;
    if (v.id) {
      old = context.catalogue.variant(numberOf(v.id, 'ProductVariant'));
      if (!old || old.product !== row)
        return errors.push(
          problem('PRODUCT_VARIANT_DOES_NOT_EXIST', [...path, 'id'], 'Product variant does not exist'),
        );
    }
    for (const q of v.inventoryQuantities ?? [])
      if (
        !['available', 'on_hand'].includes(q.name) ||
        !context.locations.byId(numberOf(q.locationId, 'Location'))?.active
      )
        errors.push(
          problem(
            'INVALID_VARIANT',
            [...path, 'inventoryQuantities'],
            'Quantity could not be set. The location was not found.',
          ),
        );
    plan.push({ input: v, values: found.values, row: old });
  });
  return errors;
}

function applyVariants(context, row, input, plan) {
  const { catalogue, stock, locations } = context;
  const kept = new Set(plan.map(p => p.row));
  for (const v of [...row.variants]) if (!kept.has(v)) catalogue.removeVariant(v);
  row.options = input.productOptions.map(o => ({ name: o.name, values: o.values.map(v => v.name) }));
  for (const p of plan) {
    p.row ??= catalogue.newVariant(row, { values: p.values, tracked: false });
    p.row.values = p.values;
    applyVariant(context, p.row, p.input);
    for (const q of p.input.inventoryQuantities ?? []) {
      const place = locations.byId(numberOf(q.locationId, 'Location'));
      stock.activate(p.row, place.index, { keep: true });
      stock.set(p.row, place.index, q.name, q.quantity);
    }
  }
  row.variants = plan.map(p => p.row);
}

function set(identifier, input, context) {
  const { catalogue } = context;
  const found = identify(identifier, input, context);
  if (found.errors) return { product: null, userErrors: found.errors };
  let { row } = found;
  const userErrors = productProblems(input, row, context, ['input'], 'INVALID_PRODUCT');
  if (input.variants && !input.productOptions)
    userErrors.push(
      problem(
        'PRODUCT_OPTIONS_INPUT_MISSING',
        ['input', 'productOptions'],
        'Must specify product options when updating variants.',
      ),
    );
  if (input.productOptions && !input.variants)
    userErrors.push(
      problem('VARIANTS_INPUT_MISSING', ['input', 'variants'], 'Must specify variants when updating options.'),
    );
  const plan = [];
  if (input.variants && input.productOptions) {
    userErrors.push(...optionProblems(input.productOptions));
    if (!userErrors.length) userErrors.push(...variantsProblems(input, row, context, plan));
  }
  if (userErrors.length) return { product: null, userErrors };
  if (!row) {
    row = catalogue.newProduct({
      title: input.title,
      handle: freeHandle(catalogue, input.handle || input.title),
      options: [{ name: 'Title' }],
    });
    if (!input.variants) catalogue.newVariant(row, { values: ['Default Title'], tracked: false });
  }
  const { id, handle, ...rest } = input;
  applyProduct(context, row, handle && row.handle !== handleOf(handle) ? { ...rest, handle } : rest);
  if (input.metafields) {
    for (const m of row.metafields) catalogue.metafieldIds.delete(metafieldKey(m));
    row.metafields = input.metafields;
    for (const m of row.metafields) catalogue.metafieldIds.set(metafieldKey(m), row);
  }
  if (input.variants) applyVariants(context, row, input, plan);
  catalogue.touch(row);
  return { product: () => catalogue.productView(row), userErrors: [] };
}

function productSet({ identifier, input, synchronous }, context) {
  onlyKnown('product', input, ['productOptions', 'variants', 'metafields']);
  needInventory(context, 'productSet', input.variants ?? []);
  const result = set(identifier, input, context);
  if (synchronous !== false) return { ...result, productSetOperation: null };
  const id = 2900000000000 + context.operations.size;
  context.operations.set(id, {
    __typename: 'ProductSetOperation',
    id: gid('ProductSetOperation', id),
    status: 'COMPLETE',
    ...result,
  });
  return {
    product: null,
    productSetOperation: {
      __typename: 'ProductSetOperation',
      id: gid('ProductSetOperation', id),
      status: 'CREATED',
      product: null,
      userErrors: [],
    },
    userErrors: [],
  };
}

export const PRODUCT_SET = { productSet: { scopes: ['write_products'], run: productSet } };
