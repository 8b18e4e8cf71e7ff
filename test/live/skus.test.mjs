// `skus check` between the sandbox and a real Odoo: its products as the ERP's catalogue.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_SERVER, VERSIONS, freshOdoo } from './odoo.mjs';
import { livePlace } from './place.mjs';

if (NO_SERVER) test('live', { skip: NO_SERVER });

for (const version of VERSIONS)
  test(`skus check against a real catalogue (Odoo ${version})`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await livePlace(t, odoo, { sandbox: { orders: 0, skus: 'clean' }, conf: { inventory: { quantity: 'on_hand' } } });
    const { catalogue } = p.sandbox;
    const check = (status = 1) => p.json('skus check --json', status);
    const of = ({ findings }, name, side = 'store') => findings.filter(f => f.finding === name && f.side === side);
    const products = await odoo.admin.read('product.product', [['sale_ok', '=', true], ['active', 'in', [true, false]]], ['default_code', 'active', 'type']);

    await t.test('what Odoo has and what the shop has', async () => {
      const said = await check();
      assert.equal(said.summary.erp.articles, products.length);
      assert.equal(said.summary.erp.system, 'Odoo');
      const ours = new Set(catalogue.variants.map(v => v.sku).filter(Boolean));
      const theirs = products.filter(x => x.active && x.default_code);
      const both = theirs.filter(x => ours.has(x.default_code));
      assert.equal(said.summary.aligned, both.length);
      const missing = of(said, 'missing_in_store', 'erp').map(f => f.sku);
      assert.deepEqual(missing.filter(sku => ours.has(sku)), []);
      assert.ok(!missing.includes('OLD-0001'), 'archived');
      for (const service of theirs.filter(x => x.type === 'service')) assert.ok(!missing.includes(service.default_code));
      assert.deepEqual(of(said, 'duplicate', 'erp').map(f => f.sku), ['TWICE-0001', 'TWICE-0001']);
      const ids = [await odoo.id('product_twice_a'), await odoo.id('product_twice_b')].map(id => `id ${id}`);
      assert.deepEqual(of(said, 'duplicate', 'erp').map(f => f.id).sort(), ids.sort());
      assert.ok(of(said, 'blank', 'erp').length >= 1);
    });
    await t.test('spellings, archived ones and barcodes', async () => {
      const product = catalogue.newProduct({ title: 'More', options: [{ name: 'Title' }] });
      for (const [sku, more] of [['SPACE-0001'], ['OLD-0001'], ['line-0001-m'], ['RENAMED', { barcode: 'SAME-CODE' }]])
        catalogue.newVariant(product, { sku, values: [sku], ...more });
      await odoo.admin.call('product.product', 'write', {
        ids: [(await odoo.product('LINE-0002-L', ['id'])).id],
        vals: { barcode: 'SAME-CODE', default_code: 'OTHERWISE' },
      });
      const said = await check();
      const near = Object.fromEntries(of(said, 'near_miss').map(f => [f.sku, [f.other_sku, f.detail]]));
      assert.deepEqual(near['SPACE-0001'], [' SPACE-0001', 'differs in: blanks']);
      assert.deepEqual(near['line-0001-m'], ['LINE-0001-M', 'differs in: case']);
      assert.deepEqual(near.RENAMED, ['OTHERWISE', 'has the same barcode SAME-CODE']);
      assert.equal(of(said, 'missing_in_erp').find(f => f.sku === 'OLD-0001').detail, 'it is archived there');
      assert.ok(!of(said, 'missing_in_store', 'erp').some(f => f.sku === 'OTHERWISE'));
    });
    await t.test('a key that Odoo does not know', async () => {
      p.write('wrong.key', 'wrong\n', 0o600);
      p.configure({ erp: { api_key_file: 'wrong.key' } });
      assert.equal((await p.run('skus check')).status, 69);
    });
  });
