// What the product mutations have in common: checking and applying product fields, variants and option values.

import { apiError, denied, notImitated, numberOf, parseGid } from './errors.mjs';
import { handleOf } from './catalogue-seed.mjs';
import { optionId, valueId } from './catalogue-view.mjs';
import { itemProblems, applyItem, touchesInventory, paddedAmount, MAXIMUM_TEXT } from './item-input.mjs';

export const problem = (code, field, message) => ({ code, field, message });

const PRODUCT_FIELDS = ['id', 'title', 'handle', 'vendor', 'status', 'productType', 'tags', 'descriptionHtml'];
const VARIANT_FIELDS = [
  'id',
  'barcode',
  'compareAtPrice',
  'inventoryItem',
  'inventoryPolicy',
  'inventoryQuantities',
  'optionValues',
  'position',
  'price',
  'sku',
  'taxable',
];

/** Refuses members that are not imitated. A flag that is false asks for nothing: the schema sets some by itself. */
export function onlyKnown(type, input, more = []) {
  const known = type === 'variant' ? VARIANT_FIELDS : PRODUCT_FIELDS;
  for (const key of Object.keys(input))
    if (!known.includes(key) && !more.includes(key) && input[key] !== false)
      throw notImitated(`${key} in the input of a ${type}`);
}

/** A Money argument: the scalar itself refuses what is no decimal number. */
function money(value, name) {
  if (value === undefined || value === null) return value;
  if (!/^-?\d+(\.\d+)?$/.test(String(value)))
    throw apiError(`Variable of type Money was provided invalid value for ${name}`, 'INVALID_VARIABLE', { value });
  return String(value);
}

// ---- products

/** Errors of the fields of a product; `row` is the product that exists, or null. */
export function productProblems(input, row, { catalogue }, path, code = 'INVALID_INPUT') {
  const errors = [];
  const refuse = (key, message, own = code) => errors.push(problem(own, [...path, key], message));
  const title = 'title' in input ? input.title : row?.title;
  if (!title?.trim()) refuse('title', "Title can't be blank");
  for (const key of ['title', 'vendor', 'productType', 'handle'])
    if ((input[key] ?? '').length > MAXIMUM_TEXT)
      refuse(key, `${key[0].toUpperCase()}${key.slice(1)} is too long (maximum is 255 characters)`);
  if ((input.tags ?? []).some(tag => tag.length > MAXIMUM_TEXT)) refuse('tags', 'Product tags is invalid');
  if (input.handle) {
    const owner = catalogue.handles.get(handleOf(input.handle));
    if (owner && !owner.deleted && owner !== row)
      refuse('handle', `Handle '${input.handle}' already in use. Please provide a new handle.`, 'HANDLE_NOT_UNIQUE');
  }
  return errors;
}

/** A handle that nobody has: the title's, with a number if need be. */
export function freeHandle({ handles }, wanted) {
  const base = handleOf(wanted) || 'product';
  for (let k = 0; ; k++) {
    const handle = k ? `${base}-${k}` : base;
    if (!handles.has(handle) || handles.get(handle).deleted) return handle;
  }
}

const tagList = tags =>
  [
    ...new Map(
      tags
        .map(t => t.trim())
        .filter(Boolean)
        .map(t => [t.toLowerCase(), t]),
    ).values(),
  ].sort();

export function applyProduct({ catalogue }, row, input) {
  for (const key of ['title', 'vendor', 'productType', 'descriptionHtml', 'status'])
    if ((input[key] ?? null) !== null) row[key] = input[key];
  if (input.tags) row.tags = tagList(input.tags);
  if (input.handle) catalogue.setHandle(row, handleOf(input.handle));
  catalogue.touch(row);
}

// ---- option values

/** Place of the option that an input names, or -1. `options` are the product's, or those about to be set. */
function optionOf(product, options, { optionId: id, optionName }) {
  if (id) return product ? options.findIndex((o, k) => optionId(product, k) === numberOf(id, 'ProductOption')) : -1;
  return options.findIndex(o => o.name === optionName);
}
function valueName(product, o, { id, name }) {
  if (!id || !product) return name;
  const names = product.options[o].ids ?? [];
  return names.find(n => valueId(product, o, n) === parseGid(id).number) ?? null;
}

/**
 * The values of a variant in the order of the options: { values } or { code, message }. `fallback`: the values it has
 * (an update may name only some options).
 */
export function optionValues(product, options, list, fallback = null) {
  const values = fallback ? [...fallback] : new Array(options.length).fill(null);
  const named = new Set();
  for (const entry of list ?? []) {
    const o = optionOf(product, options, entry);
    if (o < 0) return { code: 'OPTION_DOES_NOT_EXIST', message: 'Option does not exist.' };
    if (named.has(o)) return { code: 'INVALID_INPUT', message: 'Option is given twice.' };
    named.add(o);
    const name = valueName(product, o, entry);
    if (name === null || name === undefined || name === '')
      return { code: 'OPTION_VALUE_DOES_NOT_EXIST', message: 'Option value does not exist.' };
    if (name.length > MAXIMUM_TEXT)
      return { code: 'OPTION_VALUE_NAME_TOO_LONG', message: 'Option value name is too long.' };
    values[o] = name;
  }
  if (values.some(v => v === null))
    return { code: 'NEED_TO_ADD_OPTION_VALUES', message: 'You need to add option values for all options.' };
  return { values };
}
export const sameValues = (a, b) => a.every((v, k) => v === b[k]);

// ---- variants

/** Errors of the plain fields of one variant. */
export function variantProblems(input, path) {
  const errors = [];
  const price = money(input.price, 'price'),
    compareAt = money(input.compareAtPrice, 'compareAtPrice');
  if (price?.startsWith('-'))
    errors.push(problem('GREATER_THAN_OR_EQUAL_TO', [...path, 'price'], 'Price must be greater than or equal to 0'));
  if (compareAt?.startsWith('-'))
    errors.push(
      problem(
        'GREATER_THAN_OR_EQUAL_TO',
        [...path, 'compareAtPrice'],
        'Compare at price must be greater than or equal to 0',
      ),
    );
  for (const key of ['barcode', 'sku'])
    if ((input[key] ?? '').length > MAXIMUM_TEXT)
      errors.push(problem('TOO_LONG', [...path, key], 'is too long (maximum is 255 characters)'));
  return [...errors, ...itemProblems(input.inventoryItem, [...path, 'inventoryItem'])];
}

export function applyVariant(context, row, input) {
  if ((input.price ?? null) !== null) row.price = paddedAmount(input.price);
  if ('compareAtPrice' in input)
    row.compareAt = input.compareAtPrice === null ? null : paddedAmount(input.compareAtPrice);
  if ('barcode' in input) row.barcode = input.barcode;
  if (input.inventoryPolicy) row.policy = input.inventoryPolicy;
  if ((input.taxable ?? null) !== null) row.taxable = input.taxable;
  if ('sku' in input) context.catalogue.setSku(row, input.sku);
  applyItem(context, row, input.inventoryItem);
  context.catalogue.touch(row.product, row);
}

/** Cost, tracking and quantities are inventory: they need its scope too. */
export function needInventory(context, name, variants) {
  if (context.auth.scopes.has('write_inventory')) return;
  if (variants.some(v => touchesInventory(v.inventoryItem) || v.inventoryQuantities?.length))
    throw denied(name, 'write_inventory');
}
