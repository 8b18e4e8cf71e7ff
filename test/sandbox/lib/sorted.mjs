// Order numbers kept sorted by (value, number) in one typed array: a window of a sort key is two binary searches, and
// a change moves one entry. 100,000 orders and six sort keys are a few megabytes.

export class Sorted {
  /** values: Float64Array indexed by order number; count: how many of them are in. */
  constructor(values, count) {
    this.values = values;
    this.length = count;
    this.list = new Int32Array(Math.max(count, 16));
    for (let i = 0; i < count; i++) this.list[i] = i;
    this.list.subarray(0, count).sort((a, b) => values[a] - values[b] || a - b);
  }
  /** First position whose (value, number) is >= the pair; with after = true: > the pair. */
  position(value, number, after = false) {
    let low = 0,
      high = this.length;
    while (low < high) {
      const mid = (low + high) >>> 1,
        i = this.list[mid];
      const before = this.values[i] < value || (this.values[i] === value && (i < number || (after && i === number)));
      if (before) low = mid + 1;
      else high = mid;
    }
    return low;
  }
  insert(number) {
    if (this.length === this.list.length) {
      const bigger = new Int32Array(this.length * 2);
      bigger.set(this.list);
      this.list = bigger;
    }
    const at = this.position(this.values[number], number);
    this.list.copyWithin(at + 1, at, this.length);
    this.list[at] = number;
    this.length++;
  }
  /** Gives an entry another value. `values` must still hold the old one. */
  move(number, value) {
    const from = this.position(this.values[number], number);
    this.list.copyWithin(from, from + 1, this.length);
    this.length--;
    this.values[number] = value;
    this.insert(number);
  }
}
