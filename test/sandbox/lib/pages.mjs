// Relay connections: over the orders of the shop (by sorted columns) and over the short lists inside an order.

import { parseSearch, predicate, windowOf, SORT_OF, NotImitated } from './search.mjs';
import { encodeCursor, decodeCursor, BadCursor } from './cursor.mjs';
import { idOf } from './header.mjs';

/** The vendor ends any paged list here, without an error. */
export const LIST_CEILING = 25000;
const SORT_KEYS = {
  UPDATED_AT: 'updated',
  CREATED_AT: 'created',
  PROCESSED_AT: 'processed',
  ORDER_NUMBER: 'number',
  ID: 'id',
};
const searches = new Map();

function search(text, now) {
  if (/\bnow\b/.test(text)) return parse(text, now);
  if (!searches.has(text)) {
    if (searches.size > 500) searches.clear();
    searches.set(text, parse(text, now));
  }
  return searches.get(text);
}
function parse(text, now) {
  const { tree, warnings } = parseSearch(text, now);
  return { tree, warnings, matches: predicate(tree) };
}

/** Everything that matches, as positions of the sort column: { list, low, high, accept(i) }. */
function matching(orders, query, sortKey, visibleFrom) {
  orders.catchUp();
  const { tree, warnings, matches } = search(query ?? '', orders.clock.seconds());
  const sorted = orders.sorted[sortKey];
  const column = SORT_OF[sortKey];
  const window = column ? windowOf(tree, column) : { from: -Infinity, to: Infinity, exact: tree.type === 'all' };
  const low = window.from === -Infinity ? 0 : sorted.position(window.from, -1);
  const high = window.to === Infinity ? sorted.length : sorted.position(window.to, Infinity);
  const { columns, states } = orders;
  const wall = visibleFrom === null ? null : i => columns.created[i] >= visibleFrom;
  const accept = window.exact
    ? wall
    : wall
      ? i => wall(i) && matches(columns, states, i)
      : i => matches(columns, states, i);
  return { sorted, low, high: Math.max(low, high), accept, warnings };
}

/** orders(first, after, last, before, query, sortKey, reverse). visibleFrom: the 60-day wall in seconds, or null. */
export function orderPage(orders, args, visibleFrom) {
  const sortKey = args.sortKey ?? 'PROCESSED_AT';
  if (!SORT_KEYS[sortKey]) throw new NotImitated(`The sandbox does not imitate sorting orders by ${sortKey}.`);
  const { sorted, low, high, accept, warnings } = matching(orders, args.query, sortKey, visibleFrom);
  const values = sorted.values,
    list = sorted.list;
  const place = text => {
    const c = decodeCursor(sortKey, text),
      n = (c.id - idOf(0)) / (idOf(1) - idOf(0));
    return { value: sortKey === 'ID' ? n : c.value, number: n };
  };
  const cursorOf = i => encodeCursor(sortKey, idOf(i), sortKey === 'ID' ? idOf(i) : values[i]);

  const forward = args.first !== undefined && args.first !== null;
  const count = forward ? args.first : args.last;
  const ascending = Boolean(args.reverse) !== forward; // the direction in which we walk the column
  let from = low,
    to = high; // [from, to) in ascending positions
  const bound = (text, upwards) => {
    const { value, number } = place(text);
    return sorted.position(value, number, upwards);
  };
  if (args.after) {
    if (args.reverse) to = Math.min(to, bound(args.after, false));
    else from = Math.max(from, bound(args.after, true));
  }
  if (args.before) {
    if (args.reverse) from = Math.max(from, bound(args.before, true));
    else to = Math.min(to, bound(args.before, false));
  }

  const step = ascending ? 1 : -1;
  let at = ascending ? from : to - 1;
  const inside = () => (ascending ? at < to : at >= from);
  // How many matches stand before this page: the ceiling counts from the head of the list.
  let rank = 0;
  if (forward) {
    const head = args.reverse ? [to, high] : [low, from];
    if (!accept) rank = Math.max(0, head[1] - head[0]);
    else for (let p = head[0]; p < head[1]; p++) if (accept(list[p])) rank++;
  }
  const room = forward ? Math.min(count, Math.max(0, LIST_CEILING - rank)) : count;
  const found = [];
  let more = false;
  for (; inside(); at += step) {
    const i = list[at];
    if (accept && !accept(i)) continue;
    if (found.length === room) {
      more = forward ? rank + found.length < LIST_CEILING : true;
      break;
    }
    found.push(i);
  }
  if (!forward) found.reverse();
  return {
    numbers: found,
    warnings,
    cursorOf,
    pageInfo: {
      hasNextPage: forward ? more : Boolean(args.before),
      hasPreviousPage: forward ? Boolean(args.after) : more,
      startCursor: found.length ? cursorOf(found[0]) : null,
      endCursor: found.length ? cursorOf(found.at(-1)) : null,
    },
  };
}

export function countOrders(orders, query, limit, visibleFrom) {
  const { sorted, low, high, accept, warnings } = matching(orders, query, 'CREATED_AT', visibleFrom);
  let count = 0;
  if (!accept) count = high - low;
  else for (let p = low; p < high; p++) if (accept(sorted.list[p])) count++;
  const most = limit === null ? LIST_CEILING + 1 : limit;
  return { count: Math.min(count, most), precision: count > most ? 'AT_LEAST' : 'EXACT', warnings };
}

/** A connection over a list that is already there. Items are told apart by id, or by `index`. */
export function listPage(items, args) {
  const list = args.reverse ? [...items].reverse() : items;
  const key = (item, n) => (item.id ? Number(/(\d+)(?:\?.*)?$/.exec(item.id)[1]) : (item.index ?? n));
  const cursor = n => encodeCursor('ID', key(list[n], n), key(list[n], n));
  const place = text => {
    const { id } = decodeCursor('ID', text);
    const n = list.findIndex((item, k) => key(item, k) === id);
    if (n < 0) throw new BadCursor();
    return n;
  };
  let from = args.after ? place(args.after) + 1 : 0;
  const end = args.before ? place(args.before) : list.length;
  let to = end;
  if (Number.isInteger(args.first)) to = Math.min(to, from + args.first);
  else if (Number.isInteger(args.last)) from = Math.max(from, to - args.last);
  const nodes = list.slice(from, to);
  return {
    nodes,
    edges: () => nodes.map((node, n) => ({ node, cursor: cursor(from + n) })),
    pageInfo: {
      hasNextPage: to < end || Boolean(args.before),
      hasPreviousPage: from > 0,
      startCursor: nodes.length ? cursor(from) : null,
      endCursor: nodes.length ? cursor(to - 1) : null,
    },
  };
}
