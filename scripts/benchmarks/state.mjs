// How large a state file grows: 1,000,000 orders at 1,000 a day, and 100,000 articles of which 1 % change each quarter of an
// hour. Rows are those of a real run, so many times over, with ids of their own; what is kept is what a year's running
// leaves under the default [state] and [inventory] keys.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { startSandbox } from '../../test/sandbox/index.mjs';
import { Place } from '../../test/support/place.mjs';
import { LOCATIONS, LYON, plainLevels, stockFile } from '../../test/support/stock.mjs';
import { erpsync } from './measure.mjs';
import { WORK, stateBytes } from './place.mjs';
import { count, expect, mb, say, table } from './report.mjs';

const SAMPLE = 1000; // orders and articles of the real runs
const ARTICLES = 100000;
const A_DAY = 1000; // orders
const SLOTS = 96; // of a quarter of an hour
const DAYS = { documents: 30, orders: 400, stock: 14, reported: 90 }; // what is kept by default
const PROMISED_MB = 1200; // at a million orders

const sql = (dir, text) => execFileSync('sqlite3', [path.join(dir, 'erpsync.db')], { input: text, maxBuffer: 1 << 28 }).toString();

/** Rows of `from` again and again under other ids: the k-th copy appends ":k" to what `ids` names. */
function again(name, times, ids, where) {
  return columns => {
    const list = columns.map(c => (ids.includes(c) ? `${c} || ':' || k` : c)).join(', ');
    return `INSERT INTO ${name} (${columns.join(', ')})
      WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < ${times})
      SELECT ${list} FROM (SELECT * FROM ${name} WHERE ${where}), n;`;
  };
}

export async function state({ orders = 1000000 }) {
  const dir = path.join(WORK, 'state');
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true });
  const sandbox = await startSandbox({ orders: SAMPLE, nasty: 'off', skus: 'clean', variants: SAMPLE + 400, speed: 1000000 });
  try {
    const p = new Place(dir, { sandbox, conf: { inventory: { quantity: 'on_hand' }, mappings: { path: 'mappings' } } });
    p.write('mappings/tables/locations.csv', LOCATIONS);
    const skus = sandbox.catalogue.variants.filter(v => v.sku && v.tracked && !v.requiresComponents).slice(0, SAMPLE).map(v => v.sku);
    plainLevels(sandbox, skus, [LYON], 5);
    stockFile(p, skus.map(sku => [sku, 'MAIN', 7]));
    for (const noun of [['orders', 'export'], ['inventory', 'pull']]) {
      const r = await erpsync(dir, noun);
      expect(r.status === 0, `${noun.join(' ')} ended with status ${r.status}: ${r.err}`);
    }
    const columns = name => sql(dir, `SELECT name FROM pragma_table_info('${name}')`).trim().split('\n');
    const of = flow => `flow = '${flow}'`;
    const without = (name, ...left) => columns(name).filter(c => !left.includes(c));
    const kept = days => Math.min(days * A_DAY, orders) / SAMPLE - 1;
    const statements = [
      again('link', orders / SAMPLE - 1, ['record', 'label'], of('orders export'))(columns('link')),
      again('link', ARTICLES / SAMPLE - 1, ['record', 'label'], of('inventory pull'))(columns('link')),
      again('claim', ARTICLES / SAMPLE - 1, ['article', 'record'], of('inventory pull'))(columns('claim')),
      again('reported', kept(DAYS.reported), ['record'], 'true')(columns('reported')),
      again('journal', kept(DAYS.orders), ['record', 'label'], of('orders export'))(without('journal', 'id')),
      /* The same articles, again and again. */
      again('journal', ((ARTICLES / 100) * SLOTS * DAYS.stock) / SAMPLE - 1, [], of('inventory pull'))(without('journal', 'id')),
      again('queue', kept(DAYS.documents), ['record', 'label'], `state = 3 AND ${of('orders export')}`)(without('queue', 'id')),
      `INSERT INTO payload (queue_id, body) SELECT q.id, p.body FROM queue AS q
        JOIN queue AS first ON first.record = substr(q.record, 1, instr(q.record || ':', ':') + instr(substr(q.record, instr(q.record || ':', ':') + 1) || ':', ':') - 1)
        JOIN payload AS p ON p.queue_id = first.id
        WHERE NOT EXISTS (SELECT 1 FROM payload WHERE queue_id = q.id) AND q.state = 3 AND q.${of('orders export')};`,
    ];
    sql(dir, `PRAGMA synchronous = OFF; BEGIN; ${statements.join('\n')} COMMIT; PRAGMA wal_checkpoint(TRUNCATE);`);
    const check = await erpsync(dir, ['state', 'check']);
    expect(check.status === 0, `state check: ${check.out}${check.err}`);
    say();
    say(`state: ${count(orders)} orders delivered, ${count(A_DAY)} a day; ${count(ARTICLES)} articles, 1 % of them changed each quarter of an hour`);
    const rows = name => Number(sql(dir, `SELECT count(*) FROM ${name}`));
    const sizes = new Map(
      sql(dir, 'SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize) FROM dbstat AS s LEFT JOIN sqlite_schema AS m ON m.name = s.name GROUP BY 1')
        .trim().split('\n').map(line => line.split('|')).map(([name, bytes]) => [name, Number(bytes)]),
    );
    const shown = ['link', 'claim', 'journal', 'queue', 'payload', 'reported'];
    table([
      ['', 'rows', 'MB', 'bytes a row'],
      ...shown.map(name => [name, count(rows(name)), ((sizes.get(name) ?? 0) / 2 ** 20).toFixed(1), count((sizes.get(name) ?? 0) / rows(name))]),
    ]);
    const total = stateBytes(dir) / 2 ** 20;
    say(`  the file: ${mb(total)}; less than ${count(PROMISED_MB)} MB is promised at a million orders`);
    expect(total < PROMISED_MB, `the state file has ${mb(total)}`);
    const run = await erpsync(dir, ['inventory', 'pull']);
    expect(run.status === 0, `a run on it ended with status ${run.status}: ${run.err}`);
    say(`  a run without news on it: CPU ${(run.cpu * 1000).toFixed(0)} ms`);
  } finally {
    await sandbox.close();
  }
}
