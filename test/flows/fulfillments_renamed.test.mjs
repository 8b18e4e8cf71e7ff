// `fulfillments pull` of goods whose SKU is another one than on the day of the sale: what is advised is done, and helps.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { deliveryFile, sell, shipped, shippingPlace } from '../support/shipping.mjs';

const WAYS = {
  'it was renamed since': {
    sold: 'SOLO-1',
    table: 'shop_sku,erp_sku\n*,*\n',
  },
  'it had none': {
    sold: null,
    table: 'shop_sku,erp_sku\ntitle:One and only,SOLO-NEW\n*,*\n',
  },
};
for (const [name, { sold, table }] of Object.entries(WAYS))
  test(`${name}: the delivery names the line`, async t => {
    const p = await shippingPlace(t, { bin: BIN_PLAIN, conf: { orders: { overlap: '1m' } } });
    p.write('mappings/tables/skus.csv', table);
    const variant = p.sandbox.catalogue.variants.find(v => v.sku === 'SOLO-1').n;
    p.sandbox.changeVariants({ edit: variant, change: { sku: sold } });
    const { name: order } = sell(p.sandbox, [[variant, 3]]);
    ended(await p.run('orders export'), 0);
    p.sandbox.changeVariants({ edit: variant, change: { sku: 'SOLO-NEW' } });
    deliveryFile(p, [{ delivery: 'D1', order, sku: 'SOLO-NEW', n: 3 }]);
    const said = ended(await p.run('fulfillments pull'), 1).stderr;
    assert.match(said, /or the line by its line_id where the article got its SKU/);
    const [header, row] = p.read('out/orders-000001.csv').split('\n').map(line => line.split(','));
    const line = row[header.indexOf('line_id')];
    assert.match(line ?? header.join(), /\d+$/);
    deliveryFile(p, [{ delivery: 'D1', order, sku: 'SOLO-NEW', n: 0 }, { delivery: 'D1', order, line, n: 3 }], { name: 'fulfillments-2.csv', age: 20 });
    ended(await p.run('queue retry D1'), 0);
    ended(await p.run('fulfillments pull'), 0);
    assert.deepEqual(shipped(p.sandbox, order).map(f => Object.values(f.lines)), [[3]]);
  });
