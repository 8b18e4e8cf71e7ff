// The sandbox's clock: answers' Date header, token expiry, updatedAt and the search index all read it.
// It can be shifted and frozen. The rate-limit bucket does not use it: a client really waits for points.

export class Clock {
  constructor({ offset = 0, freeze = null } = {}) {
    this.offset = offset;
    this.frozen = freeze;
  }
  /** Milliseconds since 1970. */
  now() {
    return this.frozen ?? Date.now() + this.offset;
  }
  /** Whole seconds since 1970. */
  seconds() {
    return Math.floor(this.now() / 1000);
  }
  set(time) {
    this.offset = time - Date.now();
    if (this.frozen !== null) this.frozen = time;
  }
  advance(ms) {
    this.offset += ms;
    if (this.frozen !== null) this.frozen += ms;
  }
  freeze(time = this.now()) {
    this.frozen = time;
  }
  unfreeze() {
    if (this.frozen !== null) {
      this.offset = this.frozen - Date.now();
      this.frozen = null;
    }
  }
  describe() {
    return { now: new Date(this.now()).toISOString(), frozen: this.frozen !== null, offset_ms: this.offset };
  }
}

/** DateTime as the API prints it: whole seconds, Z. */
export const iso = seconds =>
  seconds === null || seconds === undefined ? null : new Date(seconds * 1000).toISOString().slice(0, 19) + 'Z';
