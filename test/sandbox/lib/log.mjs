// The request log: what the client asked, what it got. Keeps the newest entries; numbers go on for ever.

const KEPT = 20000;

export class RequestLog {
  constructor(clock) {
    Object.assign(this, { clock, entries: [], n: 0 });
  }
  open(request, { operation, variables, mutation }) {
    const entry = {
      n: ++this.n,
      time: new Date(this.clock.now()).toISOString(),
      method: request.method,
      path: request.path,
      operation,
      variables,
      mutation,
      bytesIn: request.body.length,
      bytes: 0,
      cost: null,
      status: null,
      code: null,
      fault: null,
    };
    const { headers } = request;
    entry.userAgent = headers['user-agent'] ?? null;
    this.started = process.hrtime.bigint();
    this.entries.push(entry);
    if (this.entries.length > KEPT + 1000) this.entries.splice(0, 1000);
    return entry;
  }
  close(entry) {
    entry.ms = Number(process.hrtime.bigint() - this.started) / 1e6;
  }
  /** filter: { since, operation, path, fault } */
  list(filter = {}) {
    return this.entries.filter(
      e =>
        e.n > (filter.since ?? 0) &&
        (!filter.operation || e.operation === filter.operation) &&
        (!filter.path || e.path.startsWith(filter.path)) &&
        (!filter.fault || e.fault === filter.fault),
    );
  }
  /** Totals by operation (OAuth and other requests under their path). */
  summary() {
    const rows = {};
    for (const e of this.entries) {
      const row = (rows[e.operation ?? e.path] ??= {
        requests: 0,
        bytes: 0,
        requestedCost: 0,
        actualCost: 0,
        faults: 0,
        refused: 0,
      });
      row.requests++;
      row.bytes += e.bytes;
      row.requestedCost += e.cost?.requested ?? 0;
      row.actualCost += e.cost?.actual ?? 0;
      if (e.fault) row.faults++;
      if (e.code) row.refused++;
    }
    return { total: this.n, operations: rows };
  }
  reset() {
    this.entries = [];
    this.n = 0;
  }
}
