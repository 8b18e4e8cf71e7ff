// Deterministic randomness: the same (seed, index, salt) gives the same numbers on every machine, so that an
// order can be rebuilt from its number at any time instead of being kept.

/** Mixes integers into one 32-bit value. */
export function mix(...parts) {
  let h = 0x9e3779b9;
  for (const part of parts) {
    h ^= part | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h >>> 0;
}

/** A generator with the few draws the seed needs. */
export class Random {
  constructor(seed, index, salt = 0) {
    this.state = mix(seed, index, salt);
  }

  /** In [0, 1). */
  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  int(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }
  chance(p) {
    return this.next() < p;
  }
  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  /** Draws from [[weight, value], ...]. */
  weighted(table) {
    let left = this.next() * table.reduce((n, row) => n + row[0], 0);
    for (const [weight, value] of table) if ((left -= weight) < 0) return value;
    return table[table.length - 1][1];
  }
}
