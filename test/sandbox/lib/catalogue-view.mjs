// Products, variants and inventory items as GraphQL objects. Members that lead to another object are functions, so that
// a page of variants does not build what nobody selected.

import { iso } from './clock.mjs';
import { gid } from './errors.mjs';
import { productIdOf, variantIdOf, itemIdOf } from './catalogue-seed.mjs';
import { listPage } from './pages.mjs';

const OPTION_IDS = 11200000000000,
  VALUE_IDS = 1300000000000;

export const variantTitle = row => row.values.join(' / ');
const isDefault = product => product.options.length === 1 && product.options[0].name === 'Title';

/** The options of a product with the values its variants use. Ids follow from place and name. */
function optionsOf(product) {
  return product.options.map((option, o) => {
    const own = option.values ?? [];
    const used = [...new Set(product.variants.map(v => v.values[o]))];
    const names = [...new Set([...own, ...used])];
    return {
      __typename: 'ProductOption',
      id: gid('ProductOption', optionId(product, o)),
      name: option.name,
      position: o + 1,
      values: names,
      optionValues: names.map(name => valueView(product, o, name, used.includes(name))),
    };
  });
}
export const optionId = (product, o) => OPTION_IDS + product.p * 8 + o;
export function valueId(product, o, name) {
  const names = (product.options[o].ids ??= []);
  if (!names.includes(name)) names.push(name);
  return VALUE_IDS + product.p * 32768 + o * 4096 + names.indexOf(name);
}
const valueView = (product, o, name, hasVariants = true) => ({
  __typename: 'ProductOptionValue',
  id: gid('ProductOptionValue', valueId(product, o, name)),
  name,
  hasVariants,
});

export function variantView(catalogue, row) {
  const { product } = row,
    title = variantTitle(row);
  return {
    __typename: 'ProductVariant',
    id: gid('ProductVariant', variantIdOf(row.n)),
    legacyResourceId: String(variantIdOf(row.n)),
    sku: row.sku,
    barcode: row.barcode,
    title,
    displayName: isDefault(product) ? product.title : `${product.title} - ${title}`,
    price: row.price,
    compareAtPrice: row.compareAt,
    taxable: row.taxable,
    inventoryPolicy: row.policy,
    position: product.variants.indexOf(row) + 1,
    requiresComponents: row.requiresComponents,
    availableForSale: product.status === 'ACTIVE',
    createdAt: iso(row.created),
    updatedAt: iso(row.updated),
    inventoryQuantity: (args, context) => context.stock.total(row),
    sellableOnlineQuantity: (args, context) => context.stock.total(row),
    selectedOptions: () =>
      product.options.map((option, o) => ({
        name: option.name,
        value: row.values[o],
        optionValue: valueView(product, o, row.values[o]),
      })),
    product: () => productView(catalogue, product),
    _metafields: row.metafields,
    inventoryItem: () => itemView(catalogue, row),
  };
}

export function productView(catalogue, row) {
  return {
    __typename: 'Product',
    id: gid('Product', productIdOf(row.p)),
    legacyResourceId: String(productIdOf(row.p)),
    title: row.title,
    handle: row.handle,
    vendor: row.vendor,
    status: row.status,
    productType: row.productType,
    tags: row.tags,
    descriptionHtml: row.descriptionHtml,
    description: row.descriptionHtml.replace(/<[^>]*>/g, ''),
    isGiftCard: row.giftCard,
    hasOnlyDefaultVariant: isDefault(row),
    hasOutOfStockVariants: false,
    hasVariantsThatRequiresComponents: row.variants.some(v => v.requiresComponents),
    tracksInventory: row.variants.some(v => v.tracked),
    totalInventory: (args, context) => row.variants.reduce((n, v) => n + context.stock.total(v), 0),
    variantsCount: { count: row.variants.length, precision: 'EXACT' },
    createdAt: iso(row.created),
    updatedAt: iso(row.updated),
    publishedAt: iso(row.published),
    options: ({ first }) => (first ? optionsOf(row).slice(0, first) : optionsOf(row)),
    _metafields: row.metafields,
    _variants: () => row.variants.map(v => catalogue.view(v)),
    _row: row,
  };
}

export function itemView(catalogue, row) {
  const id = itemIdOf(row.n);
  return {
    __typename: 'InventoryItem',
    id: gid('InventoryItem', id),
    legacyResourceId: String(id),
    sku: row.sku,
    tracked: row.tracked,
    requiresShipping: row.requiresShipping,
    duplicateSkuCount: catalogue.duplicates(row),
    unitCost: row.cost === null ? null : { __typename: 'MoneyV2', amount: plain(row.cost), currencyCode: 'EUR' },
    countryCodeOfOrigin: row.origin,
    harmonizedSystemCode: row.hsCode,
    trackedEditable: { locked: false, reason: null },
    measurement: {
      __typename: 'InventoryItemMeasurement',
      id: gid('InventoryItemMeasurement', id),
      weight: row.weight,
    },
    createdAt: iso(row.created),
    updatedAt: iso(row.itemUpdated),
    variant: () => catalogue.view(row),
    variants: args => listPage([catalogue.view(row)], args),
    locationsCount: (args, context) => ({ count: context.stock.levels(row).length, precision: 'EXACT' }),
    inventoryLevel: ({ locationId, includeInactive }, context) =>
      context.stock.levelField(row, locationId, includeInactive),
    inventoryLevels: (args, context) => context.stock.levelsField(row, args),
    _row: row,
  };
}

/** "4.20" -> "4.2": MoneyV2 amounts come without padding, with one place at least. */
const plain = amount => amount.replace(/(\.\d+?)0+$/, '$1');
