// What the configuration says of stock holds for articles whose figures stay the same, too.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BIN_PLAIN } from '../support/run.mjs';
import { LYON, atRest, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

test('another figure, and a buffer', async t => {
  const p = await stockPlace(t, { bin: BIN_PLAIN, sandbox: { nasty: 'off' } });
  let age = 600;
  const shop = async () => {
    atRest(p.sandbox, ['SOLO-1'], [LYON]);
    stockFile(p, [['SOLO-1', 'MAIN', 10, 6]], { age: (age -= 20) });
    await pull(p);
    return p.sandbox.truth().stock[`SOLO-1 @ ${LYON}`].available;
  };
  plainLevels(p.sandbox, ['SOLO-1'], [LYON], 3);
  assert.equal(await shop(), 10);
  p.configure({ inventory: { quantity: 'available' } });
  assert.equal(await shop(), 6);
  p.configure({ inventory: { buffer: 2 } });
  assert.equal(await shop(), 4);
});
