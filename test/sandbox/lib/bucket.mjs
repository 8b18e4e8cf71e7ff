// The leaky bucket of points: one per app and shop. It runs on real time, whatever the sandbox's clock says, so that a
// client which waits as long as the answer tells it to is never told to wait again.

export class Bucket {
  constructor({ size = 2000, restore = 100 } = {}) {
    Object.assign(this, { size, restore, level: size, at: process.hrtime.bigint() });
  }

  #refill() {
    const now = process.hrtime.bigint();
    this.level = Math.min(this.size, this.level + (Number(now - this.at) / 1e9) * this.restore);
    this.at = now;
  }
  /** Takes the points, or returns false and takes nothing. */
  take(points) {
    this.#refill();
    if (points > this.level) return false;
    this.level -= points;
    return true;
  }
  refund(points) {
    this.level = Math.min(this.size, this.level + points);
  }
  /** Sets what is left, to bring a client near the edge. */
  drain(level = 0) {
    this.#refill();
    this.level = level;
  }
  status() {
    this.#refill();
    return { maximumAvailable: this.size, currentlyAvailable: Math.floor(this.level), restoreRate: this.restore };
  }
}

/** JSON with the numbers of throttleStatus as floats ("2000.0"), as the vendor prints them. */
export const withFloats = json => json.replace(/"(maximumAvailable|restoreRate)":(\d+)(?=[,}])/g, '"$1":$2.0');
