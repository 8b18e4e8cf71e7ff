// What an order costs in each stage, seen from outside: commands that do more and more of the work.

import path from 'node:path';
import { erpsync, medians } from './measure.mjs';
import { writeOrders } from './orders_files.mjs';
import { WORK, exported, newPlace } from './place.mjs';
import { count, expect, expectMemory, say, table } from './report.mjs';

export async function orders({ orders = 20000, rounds }) {
  const source = path.join(WORK, 'exports');
  const made = writeOrders(source, orders);
  const runs = { check: [], dry: [], real: [], again: [] };
  for (let i = 0; i < rounds; i++) {
    const dir = newPlace('orders', `connector = csv\npath = ${source}\n`);
    const step = async (name, args) => {
      const r = await erpsync(dir, args, { every: 5 });
      expect(r.status === 0, `erpsync ${args.join(' ')} ended with status ${r.status}: ${r.err}`);
      expectMemory(r.peak, `erpsync ${args.join(' ')}`);
      runs[name].push(r);
    };
    await step('check', ['check']);
    await step('dry', ['orders', 'export', '--dry-run']);
    expect((await exported(dir)).files === 0, 'a dry run wrote files');
    await step('real', ['orders', 'export']);
    const found = await exported(dir);
    expect(found.totals.size === made.orders && found.rows === made.lines, 'not all orders arrived');
    await step('again', ['orders', 'export', '--full']);
    expect((await exported(dir)).files === found.files, 'reading all again wrote files');
  }
  const rows = Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, medians(list)]));
  const each = s => `${((s / orders) * 1e6).toFixed(1)} µs`;
  const line = (text, r) => [text, each(r.wall), each(r.cpu), `${(r.cpu / rows.check.cpu).toFixed(2)}x`];
  say();
  say(`orders: cost of one order by stage, ${count(made.orders)} orders with ${count(made.lines)} lines from export files`);
  say('  baseline: erpsync check, which reads all files into canonical orders and keeps nothing');
  table([
    ['', 'wall', 'CPU', 'ratio of CPU'],
    line('read and check the files (check)', rows.check),
    line('+ queue and mapping (--dry-run)', rows.dry),
    line('+ ERP files, links (the real run)', rows.real),
    line('everything again, nothing changed (--full)', rows.again),
  ]);
}
