// Products of a real Odoo in the sandbox: prices, options and what is no longer sold, exactly and once; and catalogues
// of more than one page, of products and of stock.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestsOf } from '../support/place.mjs';
import { catalogue, inShop, push, touched } from '../support/products.mjs';
import { BIN, ended } from '../support/run.mjs';
import { LYON, pull as pullStock } from '../support/stock.mjs';
import { create, euros, productPlace, template, variantOf, write } from './goods.mjs';
import { restarting } from './middleman.mjs';
import { NO_SERVER, VERSIONS, freshOdoo } from './odoo.mjs';
import { erpConf, stepsOf } from './place.mjs';

if (NO_SERVER) test('live', { skip: NO_SERVER });

/** Of every variant that Odoo sells and the shop has, price, cost and barcode are Odoo's; how many there are. */
async function exact(odoo, p) {
  const fields = ['default_code', 'lst_price', 'standard_price', 'barcode', 'weight'];
  const found = await odoo.admin.read('product.product', [['default_code', '!=', false]], fields);
  let compared = 0;
  for (const { default_code: sku, lst_price: price, standard_price: cost, barcode, weight } of found) {
    const there = variantOf(p, sku);
    if (!there) continue;
    assert.equal(there.price, euros(price), `${sku}: price`);
    if (cost) assert.equal(there.cost, euros(cost), `${sku}: cost`);
    if (barcode) assert.equal(there.barcode, barcode, `${sku}: barcode`);
    if (weight) assert.equal(there.weight, `${weight} KILOGRAMS`, `${sku}: weight`);
    compared++;
  }
  return compared;
}

/** A product with an attribute of two values that make variants so. */
async function configured(odoo, make, sku) {
  const attribute = await create(odoo, 'product.attribute', { name: `Attribute ${make}`, create_variant: make });
  const values = [];
  for (const name of ['A', 'B']) values.push(await create(odoo, 'product.attribute.value', { name, attribute_id: attribute }));
  const line = { attribute_id: attribute, value_ids: [[6, 0, values]] };
  const vals = { name: `Made ${make}`, taxes_id: [], attribute_line_ids: [[0, 0, line]], ...(sku && { default_code: sku }) };
  return create(odoo, 'product.template', vals);
}

for (const version of VERSIONS) {
  test(`products: what people change in the ERP is in the shop after one run (Odoo ${version})`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await productPlace(t, odoo);
    const run = async (more = '', status = 0) => {
      const before = catalogue(p.sandbox);
      const seen = requestsOf(p.sandbox);
      const answer = await push(p, more, status);
      return { ...answer, touched: touched(before, catalogue(p.sandbox)), asked: seen().length };
    };

    await t.test('the first run: all that is for sale, exactly; what is not clear is parked by name', async () => {
      for (const [make, sku] of [['dynamic', false], ['no_variant', 'ENGRAVED']]) await configured(odoo, make, sku);
      const { records, notices } = await run('', 1);
      assert.deepEqual(notices, [
        '1 product of Odoo has no variant before it is sold, and is left out',
        '1 product of Odoo has attributes that make no variants; the shop gets it without them',
      ]);
      assert.deepEqual(inShop(p.sandbox, 'ENGRAVED').options, ['Title']);
      assert.ok((await exact(odoo, p)) >= 200);
      assert.deepEqual(
        records.filter(({ outcome }) => outcome === 'parked').map(({ name, code }) => `${name} ${code}`).sort(),
        ['TWICE-0001 duplicate_sku', 'TWICE-0001 duplicate_sku', 'Without SKU no_sku'],
      );
      for (const sku of ['SHIPPING', 'CUSTOM', 'OLD-0001']) assert.equal(inShop(p.sandbox, sku), null, sku);
    });
    await t.test('the second one asks the shop nothing', async () => {
      const { summary, asked } = await run();
      assert.deepEqual([summary.pulled, summary.writes, asked], [0, 0, 0]);
    });
    await t.test('a price, and the extra of one value: these products alone', async () => {
      await write(odoo, 'product.template', [await template(odoo, 'LINE-0000-S')], { list_price: 64.9 });
      const { id: dear } = await odoo.product('ESPR-0011-M', ['id']);
      const [{ product_template_attribute_value_ids: values }] = await odoo.admin.read(
        'product.product',
        [['id', '=', dear]],
        ['product_template_attribute_value_ids'],
      );
      await write(odoo, 'product.template.attribute.value', values, { price_extra: 7.25 });
      const { summary, touched: changed } = await run();
      assert.deepEqual([summary.updated, changed.length], [2, 2]);
      assert.equal(variantOf(p, 'LINE-0001-M').price, '65.90');
      assert.equal(variantOf(p, 'ESPR-0011-M').price, '21.75');
      assert.equal(variantOf(p, 'ESPR-0010-S').price, '14.50');
      await exact(odoo, p);
    });
    await t.test('a cost and a barcode of one variant', async () => {
      const { id } = await odoo.product('WOOL-0020-S', ['id']);
      await write(odoo, 'product.product', [id], { standard_price: 31.25, barcode: '4099999000015' });
      assert.equal((await run()).touched.length, 1);
      const { cost, barcode } = variantOf(p, 'WOOL-0020-S');
      assert.deepEqual([cost, barcode], ['31.25', '4099999000015']);
    });
    await t.test('a value is added: a variant more', async () => {
      const [{ id: line, attribute_id: attribute }] = await odoo.admin.read(
        'product.template.attribute.line',
        [['product_tmpl_id', '=', await template(odoo, 'DESK-0030-S')]],
        ['attribute_id'],
      );
      /* Only what is called the same on both sides can be added to. */
      await write(odoo, 'product.attribute', [attribute[0]], { name: inShop(p.sandbox, 'DESK-0030-S').options[0] });
      const value = { attribute_id: attribute[0], name: 'Huge' };
      const [huge] = [await odoo.admin.call('product.attribute.value', 'create', { vals_list: [value] })].flat();
      await write(odoo, 'product.template.attribute.line', [line], { value_ids: [[4, huge]] });
      const [id] = await odoo.admin.ids('product.product', [
        ['product_template_attribute_value_ids.product_attribute_value_id', '=', huge],
      ]);
      await write(odoo, 'product.product', [id], { default_code: 'DESK-HUGE' });
      await run();
      assert.deepEqual([variantOf(p, 'DESK-HUGE').options, inShop(p.sandbox, 'DESK-HUGE').variants.length], ['Huge', 11]);
    });
    await t.test('archived, and brought back', async () => {
      const mugs = [await template(odoo, 'NOTE-0040-S')];
      await write(odoo, 'product.template', mugs, { active: false });
      assert.equal((await run()).touched.length, 1);
      assert.equal(inShop(p.sandbox, 'NOTE-0040-S').status, 'ARCHIVED');
      await write(odoo, 'product.template', mugs, { active: true });
      await run();
      assert.notEqual(inShop(p.sandbox, 'NOTE-0040-S').status, 'ARCHIVED');
    });
    await t.test('--only takes what is named, and tells of what is not there', async () => {
      await write(odoo, 'product.template', [await template(odoo, 'LINE-0000-S')], { list_price: 70 });
      await write(odoo, 'product.template', [await template(odoo, 'ESPR-0010-S')], { list_price: 20 });
      const { records, touched: changed } = await run('--only LINE-0003-BLU --only NO-SUCH', 1);
      assert.equal(changed.length, 1);
      assert.equal(variantOf(p, 'LINE-0000-S').price, '70.00');
      const { name } = records.find(r => r.outcome === 'updated');
      const again = await p.run(['products', 'push', '--json', '--only', name]);
      assert.deepEqual(JSON.parse(again.stdout).records.map(r => [r.name, r.outcome]), [[name, 'found there']], 'by the name that messages call it');
      assert.match(records.find(({ name }) => name === 'NO-SUCH').reason, /no product that can be sold/);
      assert.equal((await run()).touched.length, 1);
      await exact(odoo, p);
    });
    await t.test('in the language that is configured; one that is not there is told', async () => {
      const [french] = await odoo.admin.ids('res.lang', [['code', '=', 'fr_FR'], ['active', 'in', [true, false]]]);
      await write(odoo, 'res.lang', [french], { active: true });
      await write(odoo, 'product.template', [await template(odoo, 'WOOL-0020-S')], { name: 'Couverture' }, { lang: 'fr_FR' });
      p.configure({ odoo: { language: 'fr_FR' } });
      await run();
      assert.equal(inShop(p.sandbox, 'WOOL-0020-S').title, 'Couverture');
      p.configure({ odoo: { language: 'xx_XX' } });
      const refused = ended(await p.run('products push'), 69);
      assert.match(refused.stderr, /language = xx_XX: .* no such language/);
      assert.match((await p.run('check')).stdout, /language = xx_XX/);
      p.configure({ odoo: { language: null } });
    });
    await t.test('of one category, if that is configured', async () => {
      const vals = { name: 'Shop' };
      const [category] = [await odoo.admin.call('product.category', 'create', { vals_list: [vals] })].flat();
      await write(odoo, 'product.template', [await template(odoo, 'LINE-0000-S')], { categ_id: category });
      const q = await productPlace(t, odoo, { rules: { product_category: 'Shop' } });
      const { records } = await push(q);
      assert.deepEqual(records.map(({ name }) => name), ['Linen shirt']);
      q.configure({ odoo: { product_category: 'Shop / Toys' } });
      assert.match(ended(await q.run('products push'), 69).stderr, /no category of that name/);
    });
  });

  test(`catalogues of two pages: killed between them, Odoo restarted, no rights (Odoo ${version})`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await productPlace(t, odoo, { conf: { net: { retries: 20, max_wait: '2s' } } });
    const more = Array.from({ length: 480 }, (_, i) => ({
      name: `Bulk ${i}`,
      default_code: `BULK-${i}`,
      list_price: 10 + i,
      ...(version === '14' ? { type: 'product' } : { type: 'consu', is_storable: true }),
      taxes_id: [],
    }));
    await odoo.admin.call('product.template', 'create', { vals_list: more, context: { tracking_disable: true } });
    const bulk = () => more.map(({ default_code: sku }) => variantOf(p, sku)?.price);

    await t.test('products: killed as the second page is asked for, then as it is stored', async () => {
      const steps = await stepsOf(p, 'products push --dry-run', 1);
      for (const stop of [steps('odoo products asked')[1], steps('page read')[0]]) {
        const killed = await p.run('products push', { bin: BIN, env: { ERPSYNC_STOP_AT: stop } });
        assert.equal(killed.signal, 'SIGKILL');
      }
      await push(p, '', 1);
      assert.deepEqual(bulk(), more.map(({ list_price: price }) => euros(price)));
      assert.equal(p.sandbox.catalogue.variants.filter(v => v.sku === 'BULK-7' && !v.deleted).length, 1, 'made once');
      assert.equal((await push(p)).summary.writes, 0);
    });
    await t.test('products: Odoo is restarted between the pages', async () => {
      const server = await odoo.ownServer(t);
      const between = await restarting(t, odoo, server, 'product.template/search_read', { at: 2 });
      p.configure({ erp: { url: between.url } });
      await write(odoo, 'product.template', [await template(odoo, 'BULK-479')], { list_price: 1.5 });
      /* The reason of what is parked names the server: that of another address is told once more. */
      const { summary } = await push(p, '', 1);
      assert.ok(between.happened(), 'it was restarted');
      await between.back();
      assert.deepEqual([summary.updated, variantOf(p, 'BULK-479').price], [1, '1.50']);
    });
    await t.test('stock: killed as the second page is asked for, then as it is stored', async () => {
      p.configure({ erp: { url: odoo.url } });
      for (const sku of ['BULK-3', 'BULK-477']) await odoo.setStock(sku, 'warehouse_lyon', 33);
      const steps = await stepsOf(p, 'inventory pull --dry-run', 1);
      for (const stop of [steps('odoo stock asked')[1], steps('page read')[0]]) {
        const killed = await p.run('inventory pull', { bin: BIN, env: { ERPSYNC_STOP_AT: stop } });
        assert.equal(killed.signal, 'SIGKILL');
      }
      await pullStock(p);
      const { stock } = p.sandbox.truth();
      for (const sku of ['BULK-3', 'BULK-477']) assert.equal(stock[`${sku} @ ${LYON}`].on_hand, 33, sku);
      assert.equal((await pullStock(p)).summary.pulled, 0);
    });
    await t.test('a wrong key, and no right to see stock', async () => {
      p.write('wrong-key', `${'0'.repeat(40)}\n`, 0o600);
      p.configure({ erp: { api_key_file: 'wrong-key' } });
      for (const flow of ['products push', 'inventory pull'])
        assert.match(ended(await p.run(flow), 69).stderr, /api_key_file/);
      await odoo.takeRight('limited', 'sales_team.group_sale_salesman');
      p.configure({ erp: erpConf(odoo, 'limited') });
      const refused = ended(await p.run('inventory pull'), 69);
      assert.match(refused.stderr, /may not read stock\.\w+; give it the right 'Inventory: User'/);
      assert.match((await p.run('check')).stdout, /may not read stock\.move\n.*'Inventory: User'/);
    });
  });
}
