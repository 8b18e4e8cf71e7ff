// productCreate, productUpdate, productVariantsBulkUpdate, productVariantsBulkCreate, tagsAdd, tagsRemove.

import { apiError, notImitated, numberOf, parseGid } from './errors.mjs';
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

const plain = errors => errors.map(({ field, message }) => ({ field, message }));
const noMedia = ({ media }) => {
  if (media?.length) throw notImitated('media of products');
};
const duplicates = names => names.length !== new Set(names).size;

function productCreate({ product: input, input: old, media }, context) {
  if (old || !input) throw notImitated('productCreate without the product argument');
  noMedia({ media });
  onlyKnown('product', input, ['productOptions']);
  const options = input.productOptions ?? [];
  const errors = productProblems(input, null, context, []);
  if (options.length > 3) errors.push(problem('', ['productOptions'], 'Can only specify a maximum of 3 options'));
  if (duplicates(options.map(o => o.name)))
    errors.push(problem('', ['productOptions'], 'Option names must be unique.'));
  options.forEach((o, k) => {
    if (!o.name?.trim()) errors.push(problem('', ['productOptions', String(k), 'name'], "Option name can't be blank."));
    if (!o.values?.length)
      errors.push(problem('', ['productOptions', String(k)], 'Option values are missing: each option needs one.'));
  });
  if (errors.length) return { product: null, userErrors: plain(errors) };
  const { catalogue } = context;
  const row = catalogue.newProduct({
    title: input.title,
    handle: freeHandle(catalogue, input.handle || input.title),
    options: options.length
      ? options.map(o => ({ name: o.name, values: o.values.map(v => v.name) }))
      : [{ name: 'Title' }],
  });
  const { handle, ...rest } = input;
  applyProduct(context, row, rest);
  catalogue.newVariant(row, {
    values: options.length ? options.map(o => o.values[0].name) : ['Default Title'],
    tracked: false,
  });
  return { product: catalogue.productView(row), userErrors: [] };
}

function productUpdate({ product: input, input: old, identifier, media }, context) {
  if (old || !input) throw notImitated('productUpdate without the product argument');
  if (identifier) throw notImitated('productUpdate with an identifier');
  noMedia({ media });
  onlyKnown('product', input);
  const row = input.id && context.catalogue.product(numberOf(input.id, 'Product'));
  if (!row) return { product: null, userErrors: [{ field: ['id'], message: 'Product does not exist' }] };
  const errors = productProblems(input, row, context, []);
  if (errors.length) return { product: context.catalogue.productView(row), userErrors: plain(errors) };
  applyProduct(context, row, input);
  return { product: context.catalogue.productView(row), userErrors: [] };
}

/** Checks one variant of a bulk update: { row, values } or errors. */
function updateProblems(input, index, product, context, seen) {
  const path = ['variants', String(index)];
  onlyKnown('variant', input, ['quantityAdjustments']);
  if (!input.id)
    return [problem('PRODUCT_VARIANT_ID_MISSING', [...path, 'id'], 'Product variant is missing ID attribute')];
  const row = context.catalogue.variant(numberOf(input.id, 'ProductVariant'));
  if (!row || row.product !== product)
    return [problem('PRODUCT_VARIANT_DOES_NOT_EXIST', [...path, 'id'], 'Product variant does not exist')];
  if (seen.has(row)) return [problem('INVALID_INPUT', [...path, 'id'], 'Product variant is given twice')];
  seen.set(row, index);
  if (input.inventoryQuantities?.length || input.quantityAdjustments?.length)
    return [
      problem(
        'NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE',
        [...path, 'inventoryQuantities'],
        'Inventory quantities can only be provided during create. To update inventory for existing variants, use inventoryAdjustQuantities.',
      ),
    ];
  const errors = variantProblems(input, path);
  if (input.optionValues) {
    const found = optionValues(product, product.options, input.optionValues, row.values);
    if (!found.values) errors.push(problem(found.code, [...path, 'optionValues'], found.message));
    else if (product.variants.some(v => v !== row && sameValues(v.values, found.values)))
      errors.push(problem('VARIANT_ALREADY_EXISTS', path, `The variant '${found.values.join(' / ')}' already exists.`));
  }
  return errors;
}

function bulkUpdate({ productId, variants, allowPartialUpdates, media }, context) {
  noMedia({ media });
  needInventory(context, 'productVariantsBulkUpdate', variants);
  const { catalogue } = context,
    product = catalogue.product(numberOf(productId, 'Product'));
  if (!product)
    return {
      product: null,
      productVariants: null,
      userErrors: [problem('PRODUCT_DOES_NOT_EXIST', ['productId'], 'Product does not exist')],
    };
  const seen = new Map();
  const checked = variants.map((input, i) => ({ input, errors: updateProblems(input, i, product, context, seen) }));
  const userErrors = checked.flatMap(c => c.errors);
  const view = () => catalogue.productView(product);
  if (userErrors.length && !allowPartialUpdates) return { product: view, productVariants: null, userErrors };
  const changed = [];
  for (const { input, errors } of checked) {
    if (errors.length) continue;
    const row = catalogue.variant(numberOf(input.id, 'ProductVariant'));
    if (input.optionValues) row.values = optionValues(product, product.options, input.optionValues, row.values).values;
    applyVariant(context, row, input);
    changed.push(row);
  }
  return { product: view, productVariants: () => changed.map(row => catalogue.view(row)), userErrors };
}

function createProblems(input, index, product, context, taken) {
  const path = ['variants', String(index)];
  onlyKnown('variant', input);
  if (input.id) return [problem('NO_KEY_ON_CREATE', [...path, 'id'], 'On create, this key cannot be used.')];
  /* Its enum has no TOO_LONG. */
  const errors = variantProblems(input, path).map(e => (e.code === 'TOO_LONG' ? { ...e, code: 'INVALID_INPUT' } : e));
  if ((input.optionValues ?? []).length > product.options.length)
    return [
      problem(
        'OPTION_VALUES_FOR_NUMBER_OF_UNKNOWN_OPTIONS',
        [...path, 'optionValues'],
        'Variant options are more than the product options.',
      ),
    ];
  const found = optionValues(product, product.options, input.optionValues);
  if (!found.values) {
    const code = found.code === 'NEED_TO_ADD_OPTION_VALUES' ? found.code : 'INVALID_INPUT';
    return [problem(code, [...path, 'optionValues'], found.message)];
  }
  if (taken.some(values => sameValues(values, found.values)))
    errors.push(
      problem(
        'VARIANT_ALREADY_EXISTS',
        path,
        `The variant '${found.values.join(' / ')}' already exists. Please change at least one option value.`,
      ),
    );
  taken.push(found.values);
  for (const q of input.inventoryQuantities ?? [])
    if (!context.locations.byId(numberOf(q.locationId, 'Location'))?.active)
      errors.push(
        problem(
          'TRACKED_VARIANT_LOCATION_NOT_FOUND',
          [...path, 'inventoryQuantities'],
          'Quantity could not be set. The location was not found.',
        ),
      );
  return errors;
}

/** A standalone variant that the strategy lets go when others come. */
function standalone(product, strategy) {
  if (product.variants.length !== 1 || strategy === 'PRESERVE_STANDALONE_VARIANT') return null;
  const only = product.variants[0];
  const isDefault = product.options.length === 1 && only.values[0] === 'Default Title';
  return strategy === 'REMOVE_STANDALONE_VARIANT' || isDefault ? only : null;
}

function bulkCreate({ productId, variants, strategy, media }, context) {
  noMedia({ media });
  needInventory(context, 'productVariantsBulkCreate', variants);
  const { catalogue, stock, locations } = context,
    product = catalogue.product(numberOf(productId, 'Product'));
  const nothing = userErrors => ({ product: null, productVariants: null, userErrors });
  if (!product) return nothing([problem('PRODUCT_DOES_NOT_EXIST', ['productId'], 'Product does not exist')]);
  const leaving = standalone(product, strategy);
  const taken = product.variants.filter(v => v !== leaving).map(v => v.values);
  if (taken.length + variants.length > 2048)
    return nothing([problem('INVALID_INPUT', ['variants'], 'A product cannot have more than 2048 variants.')]);
  const userErrors = variants.flatMap((input, i) => createProblems(input, i, product, context, taken));
  if (userErrors.length) return nothing(userErrors);
  if (leaving) catalogue.removeVariant(leaving);
  const made = variants.map(input => {
    const { values } = optionValues(product, product.options, input.optionValues);
    const row = catalogue.newVariant(product, { values, tracked: false });
    applyVariant(context, row, input);
    for (const q of input.inventoryQuantities ?? []) {
      const place = locations.byId(numberOf(q.locationId, 'Location'));
      stock.activate(row, place.index, { keep: true });
      stock.set(row, place.index, 'available', q.availableQuantity);
    }
    return row;
  });
  return {
    product: () => catalogue.productView(product),
    productVariants: () => made.map(row => catalogue.view(row)),
    userErrors: [],
  };
}

/** tagsAdd and tagsRemove, on products and orders. */
const tags =
  change =>
  ({ id, tags: list }, context) => {
    const { type, number } = parseGid(id);
    const wanted = list
      .flatMap(t => t.split(','))
      .map(t => t.trim())
      .filter(Boolean);
    const lower = new Set(wanted.map(t => t.toLowerCase()));
    const merged = old => [...old.filter(t => !lower.has(t.toLowerCase())), ...(change === 'add' ? wanted : [])];
    if (type === 'Product') {
      const row = context.catalogue.product(number);
      if (!row) return { node: null, userErrors: [{ field: ['id'], message: 'Product does not exist' }] };
      applyProduct(context, row, { tags: merged(row.tags) });
      return { node: context.catalogue.productView(row), userErrors: [] };
    }
    if (type !== 'Order') throw notImitated(`tags of ${type}`);
    if (!context.auth.scopes.has('write_orders')) throw apiError('Access denied for tagsAdd field.', 'ACCESS_DENIED');
    const i = context.orders.byId(number);
    if (i < 0) return { node: null, userErrors: [{ field: ['id'], message: 'Order does not exist' }] };
    context.orders.edit(i, { tags: merged(context.orders.model(i).tags) });
    return { node: context.orders.stub(i), userErrors: [] };
  };

/** Options for a product that had none or fewer: LEAVE_AS_IS gives each variant the first value of each new one. */
function optionsCreate({ productId, options: list, variantStrategy }, { catalogue }) {
  const row = catalogue.product(numberOf(productId, 'Product'));
  const nothing = (code, field, message) => ({ product: null, userErrors: [problem(code, field, message)] });
  if (!row) return nothing('PRODUCT_DOES_NOT_EXIST', ['productId'], 'Product does not exist');
  if ((variantStrategy ?? 'LEAVE_AS_IS') !== 'LEAVE_AS_IS') throw notImitated(`variantStrategy ${variantStrategy}`);
  const old = row.options.length === 1 && row.variants[0]?.values[0] === 'Default Title' ? [] : row.options;
  for (const [k, option] of list.entries()) {
    const path = ['options', String(k)];
    if (option.linkedMetafield || option.position) throw notImitated('linked options, and positions of options');
    if (!option.name?.trim()) return nothing('OPTION_NAME_MISSING', path, 'Each option must have a name specified.');
    if (old.some(o => o.name === option.name)) return nothing('OPTION_ALREADY_EXISTS', path, 'Option already exists.');
    if (!option.values?.length)
      return nothing('OPTION_VALUES_MISSING', path, 'Each option must have at least one option value specified.');
  }
  if (duplicates(list.map(o => o.name))) return nothing('DUPLICATED_OPTION_NAME', ['options'], 'Duplicated option name.');
  if (old.length + list.length > 3)
    return nothing('OPTIONS_OVER_LIMIT', ['options'], 'Can only specify a maximum of 3 options');
  for (const variant of row.variants)
    variant.values = [...(old.length ? variant.values : []), ...list.map(o => o.values[0].name)];
  row.options = [...old, ...list.map(o => ({ name: o.name, values: o.values.map(v => v.name) }))];
  catalogue.touch(row, ...row.variants);
  return { product: () => catalogue.productView(row), userErrors: [] };
}

const scopes = ['write_products'];
export const PRODUCTS = {
  productCreate: { scopes, run: productCreate },
  productUpdate: { scopes, run: productUpdate },
  productOptionsCreate: { scopes, run: optionsCreate },
  productVariantsBulkUpdate: { scopes, run: bulkUpdate },
  productVariantsBulkCreate: { scopes, run: bulkCreate },
  tagsAdd: { scopes: ['write_products', 'write_orders'], run: tags('add') },
  tagsRemove: { scopes: ['write_products', 'write_orders'], run: tags('remove') },
};
