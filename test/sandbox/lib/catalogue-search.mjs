// Searching and paging of what is not an order: products, variants, inventory items, locations.
//
// A SKU search is what it is at the vendor: not exact and not case-sensitive. The value is cut into words at every sign
// that is no letter or digit, and a SKU matches that holds these words side by side. So sku:'abc-1' finds "ABC-1",
// "ABC-1-RED" and "abc 1 ", not "ABC-10". An asterisk at the end lets the last word be a beginning.

import { parseSearch, NotImitated } from './search.mjs';
import { LIST_CEILING } from './pages.mjs';
import { encodeCursor, decodeCursor } from './cursor.mjs';
import { variantTitle } from './catalogue-view.mjs';

export const skuTokens = text => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

const COMMON = { updated_at: 'updated', created_at: 'created' };
const list = text => new Set(text.split(' '));
/** By kind: fields that work, fields that the vendor has besides, time columns. */
const FIELDS = {
  productVariants: {
    what: 'product variants',
    imitated: list(
      'sku barcode id product_id product_ids updated_at product_status title vendor tag gift_card requires_components taxable',
    ),
    vendor: list(
      'default collection delivery_profile_id exclude_composite exclude_variants_with_components inventory_quantity location_id managed managed_by option1 option2 option3 product_publication_status product_type publishable_status published_status tag_not',
    ),
    columns: { updated_at: 'updated' },
  },
  products: {
    what: 'products',
    imitated: list(
      'id sku barcode title handle status vendor tag product_type updated_at created_at gift_card variant_id',
    ),
    vendor: list(
      'default bundles category_id collection_id combined_listing_role delivery_profile_id error_feedback has_only_composites has_only_default_variant has_variant_with_components inventory_total is_price_reduced out_of_stock_somewhere price product_configuration_owner product_publication_status publishable_status published_at published_status tag_not tracks_inventory variant_title',
    ),
    columns: COMMON,
  },
  inventoryItems: {
    what: 'inventory items',
    imitated: list('id sku updated_at created_at'),
    vendor: new Set(),
    columns: { updated_at: 'itemUpdated', created_at: 'created' },
  },
  locations: {
    what: 'locations',
    imitated: list('id name active legacy'),
    vendor: list(
      'default address1 address2 city country created_at geolocated location_id pickup_in_store province zip',
    ),
    columns: {},
  },
};

const phrase = (value, wanted, open) => {
  if (!wanted.length) return false;
  const words = skuTokens(value ?? '');
  for (let at = 0; at + wanted.length <= words.length; at++)
    if (wanted.every((w, k) => (open && k === wanted.length - 1 ? words[at + k].startsWith(w) : words[at + k] === w)))
      return true;
  return false;
};
const text = (value, wanted) => {
  const words = skuTokens(wanted),
    open = wanted.endsWith('*');
  return row => phrase(value(row), words, open);
};
const number = value => Number(/(\d+)$/.exec(value)?.[1]);

/** Compiles one term for the rows of a kind; `shape` reads a row: { id, variants, product }. */
function term({ field, operator, value }, shape) {
  const any = value.toLowerCase().split(','),
    yes = value.toLowerCase() === 'true';
  const overVariants = test => row => shape.variants(row).some(test);
  switch (field) {
    case 'sku':
      return overVariants(text(v => v.sku, value));
    case 'barcode':
      return overVariants(v => v.barcode !== null && v.barcode.toLowerCase() === value.toLowerCase());
    case 'id': {
      const limit = number(value);
      if (operator.startsWith('>')) return row => shape.id(row) >= limit + (operator === '>' ? 1 : 0);
      if (operator.startsWith('<')) return row => shape.id(row) <= limit - (operator === '<' ? 1 : 0);
      return row => shape.id(row) === limit;
    }
    case 'variant_id':
      return overVariants(v => shape.variantId(v) === number(value));
    case 'product_id':
    case 'product_ids': {
      const wanted = new Set(value.split(',').map(number));
      return row => wanted.has(shape.productId(shape.product(row)));
    }
    case 'status':
    case 'product_status':
      return row => any.includes(shape.product(row).status.toLowerCase());
    case 'gift_card':
      return row => shape.product(row).giftCard === yes;
    case 'requires_components':
      return row => row.requiresComponents === yes;
    case 'taxable':
      return row => row.taxable === yes;
    case 'vendor':
    case 'product_type': {
      const key = field === 'vendor' ? 'vendor' : 'productType';
      return row => any.includes(shape.product(row)[key].toLowerCase());
    }
    case 'tag':
      return row => shape.product(row).tags.some(t => any.includes(t.toLowerCase()));
    case 'title':
      return text(
        row => (shape.product(row) === row ? row.title : `${shape.product(row).title} ${variantTitle(row)}`),
        value,
      );
    case 'handle':
      return row => shape.product(row).handle === value.toLowerCase();
    case 'name':
      return text(row => row.name, value);
    case 'active':
      return row => row.active === yes;
    case 'legacy':
      return row => Boolean(row.service) === yes;
    default:
      throw new NotImitated(`The sandbox does not imitate searching by "${field}".`);
  }
}

function compile(tree, shape) {
  switch (tree.type) {
    case 'all':
      return () => true;
    case 'and':
    case 'or': {
      const tests = tree.list.map(t => compile(t, shape));
      return tree.type === 'and' ? row => tests.every(f => f(row)) : row => tests.some(f => f(row));
    }
    case 'not': {
      const test = compile(tree.of, shape);
      return row => !test(row);
    }
    case 'time': {
      const { column, operator, from, to } = tree;
      if (operator === '>') return row => row[column] >= from;
      if (operator === '<') return row => row[column] <= to;
      return row => row[column] >= from && row[column] <= to;
    }
    default:
      return term(tree, shape);
  }
}

/** Variants that can match at all, by the words of their SKU; null where every row has to be asked. */
function candidates(tree, catalogue) {
  if (tree.type === 'term' && tree.field === 'sku' && !tree.value.endsWith('*')) {
    const words = skuTokens(tree.value).map(w => catalogue.withToken(w));
    return words.length ? words.reduce((a, b) => (b.length < a.length ? b : a)) : [];
  }
  if (tree.type === 'and') return tree.list.map(t => candidates(t, catalogue)).find(Boolean) ?? null;
  if (tree.type !== 'or') return null;
  const parts = tree.list.map(t => candidates(t, catalogue));
  return parts.every(Boolean) ? [...new Set(parts.flat())].sort((a, b) => a.n - b.n) : null;
}

/** Rows of a kind that match the query, in ascending id order: { rows, warnings }. */
export function searchRows({ kind, all, shape, catalogue, clock }, query) {
  const { tree, warnings } = parseSearch(query ?? '', clock.seconds(), FIELDS[kind]);
  const some = catalogue && kind !== 'products' ? candidates(tree, catalogue) : null;
  const now = clock.now();
  const here = row => !row.deleted && !(row.visibleAt > now);
  const test = compile(tree, shape);
  const from = some ?? all;
  return { rows: tree.type === 'all' ? from.filter(here) : from.filter(row => here(row) && test(row)), warnings };
}

/** A page of `rows`, which ascend by id; `valueOf` sorts them by something else. Ends at 25,000 as every list does. */
export function rowPage(rows, args, { sortKey = 'ID', idOf, valueOf = idOf, view }) {
  const sorted =
    valueOf === idOf ? rows : [...rows].sort((a, b) => compare(valueOf(a), valueOf(b)) || idOf(a) - idOf(b));
  const cursorOf = row => encodeCursor(sortKey, idOf(row), valueOf(row));
  /** First place whose row is at or after the cursor (after = true: behind it), in ascending order. */
  const place = (cursor, after) => {
    const { id, value } = decodeCursor(sortKey, cursor);
    let low = 0,
      high = sorted.length;
    while (low < high) {
      const mid = (low + high) >>> 1,
        order = compare(valueOf(sorted[mid]), value) || idOf(sorted[mid]) - id;
      if (order < 0 || (after && order === 0)) low = mid + 1;
      else high = mid;
    }
    return low;
  };
  const flip = Boolean(args.reverse);
  const ahead = args.after ?? null,
    behind = args.before ?? null;
  let from = 0,
    to = sorted.length;
  if (ahead) flip ? (to = place(ahead, false)) : (from = place(ahead, true));
  if (behind) flip ? (from = Math.max(from, place(behind, true))) : (to = Math.min(to, place(behind, false)));
  const rank = flip ? sorted.length - to : from;
  const window = sorted.slice(from, to);
  if (flip) window.reverse();
  const forward = args.first !== undefined && args.first !== null;
  const room = forward ? Math.min(args.first, Math.max(0, LIST_CEILING - rank)) : args.last;
  const found = forward ? window.slice(0, room) : window.slice(Math.max(0, window.length - room));
  const more = window.length > found.length;
  return {
    nodes: () => found.map(view),
    edges: () => found.map(row => ({ cursor: cursorOf(row), node: view(row) })),
    pageInfo: {
      hasNextPage: forward ? more && rank + found.length < LIST_CEILING : Boolean(behind),
      hasPreviousPage: forward ? Boolean(ahead) : more,
      startCursor: found.length ? cursorOf(found[0]) : null,
      endCursor: found.length ? cursorOf(found.at(-1)) : null,
    },
  };
}
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
