// That an article is in a warehouse no more goes over, though another file comes before the shop knows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BIN_PLAIN } from '../support/run.mjs';
import { LOCATIONS, LYON, PARIS, plainLevels, stockFile, stockPlace } from '../support/stock.mjs';

const S = 'SOLO-1';
const OTHERS = ['LONG-5', 'LONG-5-RED'].flatMap(sku => [[sku, 'MAIN', 3], [sku, 'SHOP', 3]]);
const KEPT = {
  'both come at once': [() => {}, () => {}],
  'it waits': [p => p.sandbox.addFaults({ fault: 'http', status: 503 }), p => p.sandbox.faults.clear()],
  'it is parked': [
    p => p.write('mappings/tables/locations.csv', `warehouse,store_location\nSHOP,${PARIS}\n`),
    p => p.write('mappings/tables/locations.csv', LOCATIONS),
  ],
};
const NEXT = {
  'a list': (p, age) => stockFile(p, [[S, 'MAIN', 9], ...OTHERS], { age }),
  changes: (p, age) => stockFile(p, [[S, 'MAIN', 9]], { age, name: 'stock-changes.csv' }),
};

for (const [how, [before, after]] of Object.entries(KEPT))
  for (const [what, next] of Object.entries(NEXT))
    test(`${how}, and ${what} follows`, async t => {
      const p = await stockPlace(t, { bin: BIN_PLAIN, conf: { queue: { wait: '1ms', max_wait: '1ms' }, net: { retries: 0 } } });
      plainLevels(p.sandbox, [S, 'LONG-5', 'LONG-5-RED'], [LYON, PARIS], 1);
      const has = () => [LYON, PARIS].map(location => p.sandbox.truth({ skus: [S] }).stock[`${S} @ ${location}`]?.on_hand);
      stockFile(p, [[S, 'MAIN', 10], [S, 'SHOP', 5], ...OTHERS], { age: 900 });
      await p.run('inventory pull');
      assert.deepEqual(has(), [10, 5]);
      before(p);
      stockFile(p, [[S, 'MAIN', 10], ...OTHERS], { age: 800 });
      if (how !== 'both come at once') await p.run('inventory pull');
      after(p);
      next(p, 700);
      for (let i = 0; i < 2; i++) await p.run('inventory pull');
      assert.deepEqual(has(), [9, 0]);
    });
