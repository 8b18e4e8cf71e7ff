// Wrong answers: what a real Odoo said, with one thing in it another one, path by path.

const MISSING = Symbol('missing');
/** Of lists the first element, of objects with many members the first few: the others are read alike. */
const MEMBERS = 30;
const FEW = 3;

const isObject = x => x !== null && typeof x === 'object' && !Array.isArray(x);
const records = x => Array.isArray(x) && x.length > 0 && x.every(row => isObject(row) && 'id' in row);

/** Name -> what stands there instead of x; undefined: not of such an x. */
const CHANGES = {
  'an object': x => (isObject(x) && !Object.keys(x).length ? undefined : {}),
  'an object of it': x => (Array.isArray(x) && x.length ? { ...x } : undefined),
  'an empty list': x => (Array.isArray(x) && !x.length ? undefined : []),
  null: x => (x === null ? undefined : null),
  missing: () => MISSING,
  false: x => (x === false ? undefined : false),
  true: x => (x === true ? undefined : true),
  'a text': x => (typeof x === 'string' ? undefined : 'x'),
  'the same as text': x => (typeof x === 'number' ? String(x) : undefined),
  'an empty text': x => (typeof x === 'string' && x ? '' : undefined),
  'a long text': x => (typeof x === 'string' ? 'x'.repeat(20000) : undefined),
  'another text': x => (typeof x === 'string' ? `${x}1` : undefined),
  '10^15': x => (typeof x === 'number' ? 1e15 : undefined),
  '10^300': x => (typeof x === 'number' ? 1e300 : undefined),
  negative: x => (typeof x === 'number' ? -(x || 1) : undefined),
  zero: x => (typeof x === 'number' && x ? 0 : undefined),
  'another number': x => (typeof x === 'number' ? x + 1000 : undefined),
  'three times': x => (Array.isArray(x) && x.length ? [...x, ...x, ...x] : undefined),
  'one null more': x => (Array.isArray(x) ? [null, ...x] : undefined),
  'all null': x => (Array.isArray(x) && x.length ? x.map(() => null) : undefined),
  'without the last': x => (Array.isArray(x) && x.length > 1 ? x.slice(0, -1) : undefined),
  'the other way round': x => (Array.isArray(x) && x.length > 1 ? [...x].reverse() : undefined),
  'one id for all': x => (records(x) && x.length > 1 ? x.map(row => ({ ...row, id: x[0].id })) : undefined),
  'ids of others': x => (records(x) ? x.map(row => ({ ...row, id: row.id + 1000 })) : undefined),
  nested: () => JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`),
};

function* pathsOf(x, path = []) {
  yield path;
  if (x === null || typeof x !== 'object') return;
  const keys = Object.keys(x);
  const some = keys.slice(0, Array.isArray(x) ? 1 : keys.length > MEMBERS ? FEW : MEMBERS);
  for (const key of some) yield* pathsOf(x[key], [...path, key]);
}

/** All that can be wrong with an answer: { path, change }. */
export function mutationsOf(answer) {
  const all = [];
  for (const path of pathsOf(answer)) {
    const at = path.reduce((x, key) => x[key], answer);
    for (const [change, of] of Object.entries(CHANGES)) if (of(at) !== undefined) all.push({ path, change });
  }
  return all;
}

/** The answer with that change; undefined: there is none any more. */
export function mutated(answer, { path, change }) {
  const made = CHANGES[change](path.reduce((x, key) => x[key], answer));
  if (!path.length) return made === MISSING ? undefined : made;
  const copy = structuredClone(answer);
  const parent = path.slice(0, -1).reduce((x, key) => x[key], copy);
  const last = path.at(-1);
  if (made !== MISSING) parent[last] = made;
  else if (Array.isArray(parent)) parent.splice(last, 1);
  else delete parent[last];
  return copy;
}
