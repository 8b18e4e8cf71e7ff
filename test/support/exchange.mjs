// The exchange folder as the other side finds it: CSV files and their manifests.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { csvRows } from './csv.mjs';

const NAME = /^(orders|customers|refunds|inventory|products|notes|refunds-notes)(-changed)?-(\d{6})\.(csv|manifest\.json)$/;

export class Exchange {
  /** options for the CSV reader: delimiter, lineEnd. The folder may be missing: then nothing stands in it. */
  constructor(dir, options = {}) {
    this.dir = dir;
    this.options = options;
    const names = fs.existsSync(dir) ? fs.readdirSync(dir).filter(name => NAME.test(name)) : [];
    this.files = new Map(names.sort().map(name => [name, fs.readFileSync(path.join(dir, name))]));
  }
  names(pattern = /./) {
    return [...this.files.keys()].filter(name => pattern.test(name));
  }
  /** All rows of "orders", "orders-changed" or "customers", in the order of the files; each knows its `file`. */
  rows(key = 'orders') {
    return this.names(new RegExp(`^${key}-\\d{6}\\.csv$`)).flatMap(file =>
      csvRows(this.files.get(file).toString(), { ...this.options, name: file }).map(row => ({ file, ...row })),
    );
  }
  /** Rows by order id; the rows of an order stand together, in one file. */
  orders(key = 'orders') {
    const found = new Map();
    let last = null;
    for (const row of this.rows(key)) {
      const known = found.get(row.order_id);
      assert.ok(!known || last === row.order_id, `rows of ${row.order_number} are apart or twice`);
      if (known) {
        assert.equal(row.file, known[0].file, `${row.order_number} is in two files`);
        known.push(row);
      } else found.set(row.order_id, [row]);
      last = row.order_id;
    }
    return found;
  }
  /** The rows of one order by name; exactly one order has it. */
  order(name, key = 'orders') {
    const found = [...this.orders(key).values()].filter(rows => rows[0].order_number === name);
    assert.equal(found.length, 1, `${name} is there ${found.length} times`);
    return found[0];
  }
  manifests() {
    return this.names(/\.manifest\.json$/).map(name => ({ name, ...JSON.parse(this.files.get(name).toString()) }));
  }
  /** Every file belongs to a manifest and is what the manifest says, and the other way round. */
  verify() {
    const listed = new Set();
    for (const manifest of this.manifests()) {
      for (const file of manifest.files) {
        const content = this.files.get(file.name);
        assert.ok(content, `${manifest.name} lists ${file.name}, which is not there`);
        listed.add(file.name);
        assert.equal(file.bytes, content.length, `${file.name}: bytes`);
        assert.equal(file.sha256, crypto.createHash('sha256').update(content).digest('hex'), `${file.name}: sha256`);
        const rows = csvRows(content.toString(), { ...this.options, name: file.name });
        assert.equal(file.rows, rows.length, `${file.name}: rows`);
      }
      const [main, id] = { order: ['orders', 'order_id'], refund: ['refunds', 'refund_id'], stock: ['inventory', 'SKU'], product: ['products', 'URL handle'] }[manifest.kind];
      const key = manifest.changed ? `${main}-changed` : main;
      const number = String(manifest.sequence).padStart(6, '0');
      assert.equal(manifest.name, `${key}-${number}.manifest.json`);
      const rows = csvRows(this.files.get(`${key}-${number}.csv`).toString(), { ...this.options });
      const [named, inRows] = [manifest.records.map(r => r.id), [...new Set(rows.map(row => row[id]))]];
      /* The shop calls a product by its handle, the manifest by the ERP's id. */
      if (manifest.kind === 'product') assert.equal(new Set(named).size, inRows.length, `${manifest.name}: records`);
      else assert.deepEqual(named, inRows, `${manifest.name}: records`);
      assert.equal(manifest.count, manifest.records.length, `${manifest.name}: count`);
    }
    assert.deepEqual(this.names(/\.csv$/), [...listed].sort(), 'files without manifest');
    return this;
  }
}

/** What two runs over the same orders must have in common: all bytes of the files, the manifests but for key and time. */
export function comparable(exchange) {
  return Object.fromEntries(
    [...exchange.files].map(([name, content]) => {
      if (!name.endsWith('.json')) return [name, content.toString()];
      const { batch, created_at, ...rest } = JSON.parse(content.toString());
      assert.ok(batch && created_at, `${name}: key and time`);
      /* When an order was changed last: two shops are edited one after the other. */
      for (const entry of rest.records ?? []) delete entry.version;
      return [name, rest];
    }),
  );
}

export function assertSameExchange(actual, expected, message) {
  const [a, b] = [actual, expected].map(x => (x instanceof Exchange ? comparable(x) : x));
  assert.deepEqual(Object.keys(a), Object.keys(b), `${message}: files`);
  for (const name of Object.keys(a)) assert.deepEqual(a[name], b[name], `${message}: ${name}`);
}
