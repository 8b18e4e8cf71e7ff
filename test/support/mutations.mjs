// Real answers of the shop, made wrong path by path: what is missing, null, of another type, too large, doubled, of another
// id. Whatever comes, a run ends as a run may end; and once the answers are right again, the runs after it bring both sides
// to where an undisturbed run would have brought them.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './run.mjs';
import { hash } from './sample.mjs';

/** [what it is, name] of every document that the connector may send: a new one is covered by itself. */
const documents = fs
  .readdirSync(path.join(ROOT, 'lib/connectors/shopify/graphql'))
  .map(name => fs.readFileSync(path.join(ROOT, 'lib/connectors/shopify/graphql', name), 'utf8'))
  .map(text => /^(query|mutation) (\w+)/m.exec(text)?.slice(1))
  .filter(Boolean);
/** The names of all their operations, and of those that write. */
export const OPERATIONS = documents.map(([, name]) => name).sort();
export const WRITING = documents.filter(([what]) => what === 'mutation').map(([, name]) => name);

const isObject = v => v !== null && typeof v === 'object' && !Array.isArray(v);
const isNumber = v => typeof v === 'number';
const isText = v => typeof v === 'string';
const filled = v => Array.isArray(v) && v.length > 0;
const isConnection = v => isObject(v) && Array.isArray(v.nodes) && isObject(v.pageInfo);
const withIds = v => Array.isArray(v) && v.length > 1 && v.every(x => isObject(x) && isText(x.id));
const GONE = Symbol('gone');

/** [name, whether a value can be wrong so, (value, variables of the request) => the wrong one]. */
const WRONG = [
  ['missing', (v, key) => isText(key), () => GONE],
  ['null', v => v !== null, () => null],
  ['an object for a list', Array.isArray, v => ({ ...v })],
  ['a list for an object', isObject, v => [v]],
  ['a text for an object', isObject, () => 'x'],
  ['a number for a text', isText, () => 7],
  ['an object for a text', isText, () => ({ id: 'x' })],
  ['a text for a number', isNumber, v => String(v)],
  ['×3', isNumber, v => v * 3 || 3],
  ['10^15', isNumber, () => 1e15],
  ['negative', isNumber, () => -1],
  ['a fraction', isNumber, v => v + 0.5],
  ['a text for a flag', v => typeof v === 'boolean', v => String(v)],
  ['another id', (v, key) => key === 'id' && isText(v), v => v.replace(/\d+/, '999999999')],
  ['the first id for all', withIds, v => v.map(x => ({ ...x, id: v[0].id }))],
  ['twice', filled, v => [...v, ...v]],
  ['more than asked for', filled, v => Array.from({ length: 300 }, (_, i) => v[i % v.length])],
  ['nulls', filled, v => v.map(() => null)],
  ['an empty page and more', isConnection, v => ({ ...v, nodes: [], pageInfo: { ...v.pageInfo, hasNextPage: true, endCursor: 'x' } })],
  ['more without a cursor', isConnection, v => ({ ...v, pageInfo: { ...v.pageInfo, hasNextPage: true, endCursor: null } })],
  [
    'a cursor that stays',
    isConnection,
    (v, variables) => ({ ...v, pageInfo: { ...v.pageInfo, hasNextPage: true, endCursor: variables?.after ?? v.pageInfo.endCursor } }),
    'ever',
  ],
];

/** The value at a path replaced in a copy; undefined where the path is not there. */
function changed(root, at, change) {
  const copy = structuredClone(root);
  let parent = { root: copy };
  const keys = ['root', ...at];
  for (const key of keys.slice(0, -1)) {
    parent = parent?.[key];
    if (parent === null || typeof parent !== 'object') return undefined;
  }
  const key = keys[keys.length - 1];
  if (!(key in parent)) return undefined;
  const value = change(parent[key]);
  const holder = { root: copy };
  if (value === GONE) delete parent[key];
  else if (keys.length === 1) holder.root = value;
  else parent[key] = value;
  return holder.root;
}

/** Paths of an answer; of a list its first and its last entry, for all are read alike. */
export function* paths(value, at = []) {
  yield [at, value];
  if (Array.isArray(value)) for (const i of new Set([0, value.length - 1])) if (i in value) yield* paths(value[i], [...at, i]);
  if (isObject(value)) for (const key of Object.keys(value)) yield* paths(value[key], [...at, key]);
}

const shown = at => at.map(key => (isText(key) ? `.${key}` : `[${key}]`)).join('').slice(1);

/** A line without a SKU is a custom item, a variant need not have a cost: so it may well be. */
const isOptional = (operation, at) => {
  const key = at[at.length - 1];
  return key === 'unitCost' || (key === 'sku' && ['OrdersNewest', 'OrdersUnits', 'OrderUnits'].includes(operation));
};

/** All that can be wrong with one answer of one operation: { operation, nth, name, at, change, ever }. */
export function mutationsOf({ operation, nth, json }) {
  const list = [];
  for (const [at, value] of paths(json))
    for (const [name, fits, change, ever] of WRONG)
      if (at.length && fits(value, at[at.length - 1])) list.push({ operation, nth, at, change, ever: ever === 'ever', plausible: name === '×3' || (name === 'null' && isOptional(operation, at)), name: `${operation} ${nth}: ${shown(at)}: ${name}` });
  for (const [name, whole] of [['{}', {}], ['[]', []], ['data: {}', { data: {} }], ['errors: {}', { ...json, errors: {} }], ['errors: [null]', { ...json, errors: [null] }]])
    list.push({ operation, nth, at: [], change: () => whole, ever: false, name: `${operation} ${nth}: ${name}` });
  return list;
}

/** Notes what is answered from now on: each operation's first answer, and its last where that has more to it. */
export function record(sandbox) {
  const answers = new Map();
  const count = new Map();
  sandbox.mutate = ({ operation }, json) => {
    const nth = (count.get(operation) ?? 0) + 1;
    count.set(operation, nth);
    if (!json.data) return json;
    const list = answers.get(operation) ?? [];
    const seen = { operation, nth, json: structuredClone(json) };
    const larger = list.length && JSON.stringify(json).length > JSON.stringify(list[list.length - 1].json).length * 1.5;
    if (!list.length) answers.set(operation, [seen]);
    else if (larger) answers.set(operation, [list[0], seen]);
    return json;
  };
  return answers;
}

/** Makes the answer wrong, once or (ever) from then on. Returns what tells whether it came to that. */
export function mutate(sandbox, { operation, nth, at, change, ever }) {
  let count = 0,
    met = false;
  sandbox.mutate = (told, json, entry) => {
    if (told.operation !== operation || ++count < nth || (count > nth && !ever)) return json;
    const wrong = changed(json, at, value => change(value, entry.variables));
    if (wrong === undefined) return json;
    met = true;
    return wrong;
  };
  return () => met;
}

/** Of each operation so many cases, or all. Half of them are wrong each time, not once. */
export function chosen(cases, { seed, each }) {
  const by = new Map();
  for (const c of cases) by.set(c.operation, [...(by.get(c.operation) ?? []), { ...c, ever: c.ever || hash(c.name, seed + 1) % 2 === 1 }]);
  return [...by.values()].flatMap(list => list.sort((a, b) => hash(a.name, seed) - hash(b.name, seed)).slice(0, each));
}

/** How a run may end, whatever it was answered. */
export function endedWell(result, name, more = []) {
  assert.ok(result.signal === null && [0, 1, 69, 75, ...more].includes(result.status), `${name}: ended with ${result.signal ?? result.status}\n${result.stdout}${result.stderr}`);
}
