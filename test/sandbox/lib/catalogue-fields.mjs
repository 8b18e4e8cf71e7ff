// Root fields and lookups of the catalogue: products, variants, inventory items and levels, locations.

import { apiError, notImitated, numberOf, parseGid } from './errors.mjs';
import { productIdOf, variantIdOf, itemIdOf, handleOf } from './catalogue-seed.mjs';
import { searchRows, rowPage } from './catalogue-search.mjs';
import { metafieldDefinition, needDefinition } from './custom-data.mjs';
import { listPage, LIST_CEILING } from './pages.mjs';

const self = row => row;
const variantShape = id => ({
  id,
  variants: row => [row],
  product: row => row.product,
  productId: p => productIdOf(p.p),
  variantId: row => variantIdOf(row.n),
});
/** By root field: how rows are found, told apart, sorted and shown. */
const KINDS = {
  productVariants: {
    all: context => context.catalogue.variants,
    shape: variantShape(row => variantIdOf(row.n)),
    view: (row, context) => context.catalogue.view(row),
    sort: { ID: null },
  },
  inventoryItems: {
    all: context => context.catalogue.variants,
    shape: variantShape(row => itemIdOf(row.n)),
    view: (row, context) => context.catalogue.itemView(row),
    sort: { ID: null },
  },
  products: {
    all: context => context.catalogue.products,
    shape: {
      id: row => productIdOf(row.p),
      variants: row => row.variants,
      product: self,
      productId: p => productIdOf(p.p),
      variantId: v => variantIdOf(v.n),
    },
    view: (row, context) => context.catalogue.productView(row),
    sort: { ID: null, UPDATED_AT: row => row.updated, CREATED_AT: row => row.created, TITLE: row => row.title },
  },
  locations: {
    all: context => context.locations.rows,
    shape: { id: row => row.id, variants: () => [], product: self },
    view: (row, context) => context.locations.view(row),
    sort: { ID: null, NAME: row => row.name },
    preset: 'NAME',
  },
};

function rowsOf(kind, args, context, note) {
  const { all, shape } = KINDS[kind];
  const { rows, warnings } = searchRows(
    {
      kind,
      all: all(context),
      shape,
      catalogue: kind === 'locations' ? null : context.catalogue,
      clock: context.clock,
    },
    args.query,
  );
  note(args.query, warnings);
  if (args.savedSearchId) throw notImitated('saved searches');
  return rows;
}
function page(kind, args, context, note, rows = rowsOf(kind, args, context, note)) {
  const { shape, sort, view, preset = 'ID' } = KINDS[kind];
  const sortKey = args.sortKey ?? preset;
  if (!(sortKey in sort)) throw notImitated(`sorting ${kind} by ${sortKey}`);
  return rowPage(rows, args, {
    sortKey,
    idOf: shape.id,
    valueOf: sort[sortKey] ?? shape.id,
    view: row => view(row, context),
  });
}
function count(kind, args, context, note) {
  const found = rowsOf(kind, args, context, note).length;
  const most = (args.limit ?? null) === null ? LIST_CEILING + 1 : args.limit;
  return { count: Math.min(found, most), precision: found > most ? 'AT_LEAST' : 'EXACT' };
}

/** Which member of a one-of input is given: the schema sees to it that it is one. */
const given = identifier => Object.keys(identifier)[0];
/** An id of another type is refused by a lookup of one. */
const wanted = (id, type) => {
  const number = numberOf(id, type);
  if (number === null) throw apiError(`Invalid id: ${id}`, 'RESOURCE_NOT_FOUND');
  return number;
};
const shown = (row, view) => (row ? view(row) : null);
const product = (context, id) => shown(context.catalogue.product(id), row => context.catalogue.productView(row));
const variant = (context, id) => shown(context.catalogue.variant(id), row => context.catalogue.view(row));
const item = (context, id) => shown(context.catalogue.item(id), row => context.catalogue.itemView(row));
const place = (context, id) => shown(context.locations.byId(id), row => context.locations.view(row));

/** For node and nodes: the scope and the lookup by type. */
export const NODES = {
  Product: ['read_products', ({ number }, context) => product(context, number)],
  ProductVariant: ['read_products', ({ number }, context) => variant(context, number)],
  InventoryItem: ['read_inventory', ({ number }, context) => item(context, number)],
  InventoryLevel: ['read_inventory', (parsed, context) => context.stock.byId(parsed)],
  Location: ['read_locations', ({ number }, context) => place(context, number)],
};

/** Root fields as (args, context, note) -> value; note(query, warnings) reports what a search ignored. */
export const CATALOGUE_ROOT = {
  productVariants: (args, context, note) => page('productVariants', args, context, note),
  productVariantsCount: (args, context, note) => count('productVariants', args, context, note),
  products: (args, context, note) => page('products', args, context, note),
  productsCount: (args, context, note) => count('products', args, context, note),
  inventoryItems: (args, context, note) => page('inventoryItems', args, context, note),
  locations(args, context, note) {
    const rows = rowsOf('locations', args, context, note).filter(
      l => (l.active || args.includeInactive) && (!l.service || args.includeLegacy),
    );
    return page('locations', args, context, note, rows);
  },
  locationsCount: (args, context, note) => count('locations', args, context, note),
  product: ({ id }, context) => product(context, wanted(id, 'Product')),
  productVariant: ({ id }, context) => variant(context, wanted(id, 'ProductVariant')),
  inventoryItem: ({ id }, context) => item(context, wanted(id, 'InventoryItem')),
  inventoryLevel({ id }, context) {
    wanted(id, 'InventoryLevel');
    return context.stock.byId(parseGid(id));
  },
  location: ({ id }, context) => place(context, id ? wanted(id, 'Location') : context.locations.rows[0].id),
  productByIdentifier({ identifier }, context) {
    const by = given(identifier);
    if (by === 'id') return product(context, wanted(identifier.id, 'Product'));
    const { namespace, key, value } = identifier.customId ?? {};
    if (by === 'customId') needDefinition(context, identifier.customId);
    const row =
      by === 'handle'
        ? context.catalogue.handles.get(handleOf(identifier.handle))
        : context.catalogue.metafieldIds.get(`${namespace}.${key}=${value}`);
    return row && !row.deleted ? context.catalogue.productView(row) : null;
  },
  productVariantByIdentifier({ identifier }, context) {
    if (given(identifier) !== 'id') throw notImitated('productVariantByIdentifier with customId');
    return variant(context, wanted(identifier.id, 'ProductVariant'));
  },
  metafieldDefinition,
  productOperation: ({ id }, context) => context.operations.get(parseGid(id).number) ?? null,
};

export const CATALOGUE_SCOPES = Object.fromEntries(
  Object.keys(CATALOGUE_ROOT).map(name => [
    name,
    name.startsWith('inventory') ? 'read_inventory' : name.startsWith('location') ? 'read_locations' : 'read_products',
  ]),
);

/** Fields with arguments of their own. */
export const CATALOGUE_FIELDS = {
  Product: {
    variants(source, args) {
      if ((args.sortKey ?? 'POSITION') !== 'POSITION' && args.sortKey !== 'ID')
        throw notImitated(`sorting the variants of a product by ${args.sortKey}`);
      return listPage(source._variants(), args);
    },
  },
};
