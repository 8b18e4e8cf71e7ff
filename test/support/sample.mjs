// Which cases of a matrix are tried: all with ERPSYNC_WHOLE=1, otherwise always the same ones, at least one of each kind.

const WHOLE = process.env.ERPSYNC_WHOLE === '1';

/** The same numbers for the same text: which cases are run when not all are. */
export function hash(text, seed) {
  let h = 2166136261 ^ seed;
  for (const c of text) h = Math.imul(h ^ c.codePointAt(0), 16777619) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 2246822519) >>> 0;
  return (h ^ (h >>> 13)) >>> 0;
}

/** Odd: what takes turns, as before and after a commit, is met on both sides. */
const EACH = 9;

/**
 * Of these cases the first of each kind, and each ninth of the others. The name of the matrix decides where counting begins,
 * so that two of the same cases choose others; both are printed.
 */
export function sample(name, cases, kindOf) {
  if (WHOLE) return cases;
  const from = hash(name, 1) % EACH;
  const kinds = new Set();
  const isNew = kind => !kinds.has(kind) && kinds.add(kind);
  let others = 0;
  const chosen = cases.filter(item => isNew(kindOf(item)) || others++ % EACH === from);
  console.log(`${name}: ${chosen.length} of ${cases.length}: one of each kind, of the others each ${EACH}th after the first ${from} (ERPSYNC_WHOLE=1: all)`);
  return chosen;
}
