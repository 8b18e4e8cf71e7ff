// The search syntax of the `query` argument, as far as an order export uses it.
//
//   updated_at:>='2026-11-23T09:45:00Z' updated_at:<='2026-11-23T10:00:00Z' (status:open OR -financial_status:paid)
//
// Terms side by side are ANDed; OR, AND, NOT, a leading minus and parentheses work; times must be quoted when they
// hold a colon. As at the vendor: `>` means `>=` and `<` means `<=` for times; comparison is by whole seconds; a field
// that does not exist is ignored with a warning in extensions.search; status has no default (all orders come back).
// A field that exists there but not here is an error that says so: it must not look like an empty answer.

import { indexOf, idOf } from './header.mjs';

const IMITATED = new Set([
  'updated_at',
  'created_at',
  'processed_at',
  'name',
  'id',
  'status',
  'financial_status',
  'fulfillment_status',
  'test',
]);
const VENDOR = new Set([
  'cart_token',
  'channel',
  'channel_id',
  'chargeback_status',
  'checkout_token',
  'confirmation_number',
  'credit_card_last4',
  'current_total_price',
  'customer_id',
  'delivery_method',
  'discount_code',
  'email',
  'fraud_protection_level',
  'fulfillment_location_id',
  'gateway',
  'location_id',
  'payment_id',
  'payment_provider_id',
  'po_number',
  'reference_location_id',
  'return_status',
  'risk_level',
  'sales_channel',
  'sku',
  'source_identifier',
  'source_name',
  'subtotal_line_items_quantity',
  'tag',
  'tag_not',
  'total_weight',
  'default',
]);
const COLUMN = { updated_at: 'updated', created_at: 'created', processed_at: 'processed' };
const ORDERS = { what: 'orders', imitated: IMITATED, vendor: VENDOR, columns: COLUMN };
export const SORT_OF = { UPDATED_AT: 'updated', CREATED_AT: 'created', PROCESSED_AT: 'processed' };

export class NotImitated extends Error {}

/** A parenthesis, or [-][field:[operator]]value with the value quoted or bare. */
const TOKEN = new RegExp(
  [
    String.raw`\s*(?:(?<parenthesis>[()])|(?<minus>-)?(?:(?<field>[A-Za-z_][\w.]*):(?<operator>>=|<=|>|<|)\s*)?`,
    String.raw`(?:'(?<single>(?:[^'\\]|\\.)*)'|"(?<double>(?:[^"\\]|\\.)*)"|(?<bare>[^\s()'"]+)))`,
  ].join(''),
  'y',
);

/** Tokens of the text; `rest` is what could not be read, or null. */
function lex(text) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; text.slice(at).trim() !== ''; at = TOKEN.lastIndex) {
    const part = TOKEN.exec(text)?.groups;
    if (!part) return { tokens, rest: text.slice(at) };
    const quoted = part.bare === undefined;
    const value = quoted ? (part.single ?? part.double)?.replace(/\\(.)/g, '$1') : part.bare;
    if (part.parenthesis) tokens.push({ type: part.parenthesis });
    else if (!quoted && !part.field && !part.minus && /^(AND|OR|NOT)$/.test(value)) tokens.push({ type: value });
    else {
      const { minus, field = 'default', operator } = part;
      tokens.push({ type: 'term', negated: Boolean(minus), field, operator: operator || '=', value, quoted });
    }
  }
  return { tokens, rest: null };
}

/**
 * Parses into { tree, warnings }; tree is { type: and|or|not|term|time|all, ... }. `now` in seconds. `fields` says what
 * can be searched: { what, imitated, vendor (fields it has besides), columns (time fields by name) }.
 */
export function parseSearch(text, now, fields = ORDERS) {
  const { tokens, rest } = lex(text ?? '');
  const warnings = [];
  let p = 0;
  const all = { type: 'all' };
  if (rest !== null)
    warnings.push({ field: 'default', message: `Query could not be parsed from: ${rest}`, code: 'invalid_syntax' });

  function or() {
    const list = [and()];
    while (tokens[p]?.type === 'OR') {
      p++;
      list.push(and());
    }
    return list.length === 1 ? list[0] : { type: 'or', list };
  }
  function and() {
    const list = [];
    while (p < tokens.length && tokens[p].type !== 'OR' && tokens[p].type !== ')') {
      if (tokens[p].type === 'AND') {
        p++;
        continue;
      }
      list.push(unary());
    }
    return list.length === 1 ? list[0] : list.length ? { type: 'and', list } : all;
  }
  function unary() {
    const token = tokens[p++];
    if (token.type === 'NOT') return { type: 'not', of: p < tokens.length ? unary() : all };
    if (token.type === '(') {
      const inside = or();
      if (tokens[p]?.type === ')') p++;
      return inside;
    }
    const term = known(token, warnings, now, fields);
    if (!term) return all;
    return token.negated ? { type: 'not', of: term } : term;
  }
  let tree = or();
  while (p < tokens.length) {
    p++;
    tree = { type: 'and', list: [tree, or()] };
  } // a stray ")"
  return { tree, warnings };
}

function known(token, warnings, now, { what, imitated, vendor, columns }) {
  const { field } = token;
  if (!imitated.has(field)) {
    if (vendor.has(field) || field.startsWith('metafields.') || field === 'default')
      throw new NotImitated(
        `The sandbox does not imitate searching ${what} by "${field === 'default' ? token.value : field}".`,
      );
    warnings.push({ field, message: 'Invalid search field for this query.', code: 'invalid_field' });
    return null;
  }
  if (columns[field]) {
    const time = parseTime(token, now);
    if (!time) {
      warnings.push({ field, message: `Input \`${token.value}\` is not an accepted value.`, code: 'invalid_value' });
      return null;
    }
    return { type: 'time', column: columns[field], operator: token.operator[0], ...time };
  }
  return { type: 'term', field, operator: token.operator, value: token.value };
}

/** A time, as the seconds it covers: [from, to]. A date covers its day (UTC), a year its year. */
function parseTime({ value, quoted }, now) {
  if (value === 'now') return { from: now, to: now };
  if (/^\d{4}$/.test(value)) return { from: Date.UTC(+value) / 1000, to: Date.UTC(+value + 1) / 1000 - 1 };
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) {
    const day = Date.parse(value) / 1000;
    return Number.isNaN(day) ? null : { from: day, to: day + 86399 };
  }
  const full = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/.exec(value);
  if (!full || (!quoted && value.includes(':'))) return null;
  const at = Date.parse(`${full[1]}T${full[2]}${full[3] ?? 'Z'}`) / 1000;
  return Number.isNaN(at) ? null : { from: at, to: at };
}

/** Compiles a tree to a predicate on (columns, states, number). */
export function predicate(tree) {
  switch (tree.type) {
    case 'all':
      return () => true;
    case 'and': {
      const list = tree.list.map(predicate);
      return (c, s, i) => list.every(f => f(c, s, i));
    }
    case 'or': {
      const list = tree.list.map(predicate);
      return (c, s, i) => list.some(f => f(c, s, i));
    }
    case 'not': {
      const of = predicate(tree.of);
      return (c, s, i) => !of(c, s, i);
    }
    case 'time': {
      const { column, operator, from, to } = tree;
      if (operator === '>') return (c, s, i) => c[column][i] >= from;
      if (operator === '<') return (c, s, i) => c[column][i] <= to;
      return (c, s, i) => c[column][i] >= from && c[column][i] <= to;
    }
    default:
      return termPredicate(tree);
  }
}

function termPredicate({ field, operator, value }) {
  const lower = String(value).toLowerCase(),
    any = lower.split(',');
  switch (field) {
    case 'name':
      return (c, s, i) => any.includes(s[i].name.toLowerCase()) || any.includes(s[i].name.slice(1).toLowerCase());
    case 'test':
      return (c, s, i) => s[i].test === (lower === 'true');
    case 'financial_status':
      return (c, s, i) =>
        any.includes(s[i].financial.toLowerCase()) || (any.includes('unpaid') && s[i].financial === 'PENDING');
    case 'fulfillment_status':
      return (c, s, i) =>
        any.includes(s[i].fulfillment.toLowerCase()) ||
        (any.includes('shipped') && s[i].fulfillment === 'FULFILLED') ||
        (any.includes('unshipped') && s[i].fulfillment === 'UNFULFILLED');
    case 'status':
      return (c, s, i) =>
        any.some(
          v =>
            v === 'any' ||
            (v === 'open' && !s[i].closed && !s[i].cancelled) ||
            (v === 'closed' && s[i].closed && !s[i].cancelled) ||
            (v === 'cancelled' && s[i].cancelled) ||
            (v === 'not_closed' && !s[i].closed),
        );
    default: {
      // id: equality or range
      const limit = Number(value.replace(/^gid:\/\/shopify\/Order\//, ''));
      if (operator.startsWith('>')) return (c, s, i) => idOf(i) >= limit + (operator === '>' ? 1 : 0);
      if (operator.startsWith('<')) return (c, s, i) => idOf(i) <= limit - (operator === '<' ? 1 : 0);
      const wanted = indexOf(limit);
      return (c, s, i) => i === wanted;
    }
  }
}

/** The tightest [from, to] that the top-level terms put on a column; the rest of the tree still has to be asked. */
export function windowOf(tree, column) {
  let from = -Infinity,
    to = Infinity,
    exact = true;
  for (const node of tree.type === 'and' ? tree.list : [tree]) {
    if (node.type === 'all') continue;
    if (node.type !== 'time' || node.column !== column) {
      exact = false;
      continue;
    }
    if (node.operator !== '<') from = Math.max(from, node.from);
    if (node.operator !== '>') to = Math.min(to, node.to);
  }
  return { from, to, exact };
}
