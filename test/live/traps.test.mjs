// The odd behaviour of Odoo's API that the connector relies on, or guards against, shown on real servers: a newer Odoo
// that does otherwise is noticed here.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonRpc, post } from './client.mjs';
import { NO_SERVER, VERSIONS, freshOdoo, refusal } from './odoo.mjs';

if (NO_SERVER) test('live', { skip: NO_SERVER });

const customer = (link, more = {}) => ({ id: `trap.${link}`, name: `Customer ${link}`, ...more });

/** Rows of an order with one line; `link` also names its line. */
async function order(odoo, link, partner, more = {}) {
  const { id: product } = await odoo.product('LINE-0000-S', ['id']);
  return {
    id: `trap.${link}`,
    'partner_id/id': `trap.${partner}`,
    date_order: '2026-03-04 05:06:07',
    client_order_ref: `#${link}`,
    'order_line/id': `trap.${link}_line`,
    'order_line/product_id/.id': String(product),
    'order_line/name': 'Linen shirt',
    'order_line/product_uom_qty': '2',
    'order_line/price_unit': '59.9',
    [`order_line/${odoo.names.lineTaxes}/.id`]: String(await odoo.id('tax_fr_20_incl')),
    ...more,
  };
}

async function confirmed(odoo, link) {
  const api = odoo.erpsync;
  await api.loaded('res.partner', [customer(`${link}_customer`)]);
  const [id] = await api.loaded('sale.order', [await order(odoo, link, `${link}_customer`)]);
  await api.call('sale.order', 'action_confirm', { ids: [id] });
  return id;
}

/** Several clients load the same at the same time. Those who lost the race, and the message they got. */
async function race(odoo, model, rows, clients = 3) {
  const answers = await Promise.all(
    Array.from({ length: clients }, () =>
      odoo
        .client('erpsync')
        .load(model, rows)
        .then(
          answer => answer,
          error => ({ ids: false, messages: [{ message: error.text }], thrown: true }),
        ),
    ),
  );
  const lost = answers.filter(answer => !answer.ids);
  return {
    lost,
    won: answers.length - lost.length,
    said: lost.flatMap(a => a.messages.map(m => m.message)).join('\n'),
  };
}

for (const version of VERSIONS) {
  const json2 = version !== '14';
  test(`Odoo ${version}`, async t => {
    const odoo = await freshOdoo(t, version);
    const api = odoo.erpsync;

    await t.test('load', async t => {
      await t.test('is idempotent by external id: a second one updates', async () => {
        const rows = [customer('twice', { email: 'a@sandbox.example' })];
        const first = await api.loaded('res.partner', rows);
        assert.deepEqual(await api.loaded('res.partner', [{ ...rows[0], email: 'b@sandbox.example' }]), first);
        assert.equal(await odoo.count('res.partner', [['name', '=', 'Customer twice']]), 1);
        const [{ email }] = await api.read('res.partner', [['id', '=', first[0]]], ['email']);
        assert.equal(email, 'b@sandbox.example');
      });
      await t.test('writes "empty" for an empty cell, and leaves alone a column that is not sent', async () => {
        const [id] = await api.loaded('res.partner', [customer('cells', { phone: '+33 1', street: '1 rue X' })]);
        await api.loaded('res.partner', [{ id: 'trap.cells', phone: '' }]);
        const [{ phone, street }] = await api.read('res.partner', [['id', '=', id]], ['phone', 'street']);
        assert.equal(phone, false);
        assert.equal(street, '1 rue X');
      });
      await t.test('an empty tax cell means no tax', async () => {
        await api.loaded('res.partner', [customer('untaxed_customer')]);
        const row = await order(odoo, 'untaxed', 'untaxed_customer');
        row[`order_line/${odoo.names.lineTaxes}/.id`] = '';
        const [id] = await api.loaded('sale.order', [row]);
        const [sold] = await odoo.soldOrders([['id', '=', id]]);
        assert.deepEqual(sold.lines[0].taxes, []);
        assert.equal(sold.amount_tax, 0);
      });
      await t.test('wants strings: a number or true in the wrong cell is a crash, not a message', async () => {
        const row = await order(odoo, 'numbers', 'twice');
        const taxes = `order_line/${odoo.names.lineTaxes}/.id`;
        for (const bad of [
          { ...row, [taxes]: 7 },
          { ...row, 'partner_id/id': 7 },
        ]) {
          const error = await refusal(api.load('sale.order', [bad]));
          assert.deepEqual([error.status, error.type], [json2 ? 500 : 200, 'builtins.AttributeError']);
        }
        const error = await refusal(api.load('res.partner', [customer('flag', { is_company: true })]));
        assert.equal(error.type, 'builtins.AttributeError');
        assert.equal(await odoo.count('sale.order', [['client_order_ref', '=', '#numbers']]), 0);
      });
      await t.test('takes the first of several that match a name, with a warning and an id', async () => {
        await api.loaded('res.partner', [customer('names_customer')]);
        const { 'order_line/product_id/.id': _, ...row } = await order(odoo, 'names', 'names_customer');
        const { ids, messages } = await api.load('sale.order', [{ ...row, 'order_line/product_id': 'TWICE-0001' }]);
        assert.equal(ids.length, 1);
        assert.deepEqual(
          messages.map(message => message.type),
          ['warning'],
        );
        assert.match(messages[0].message, /multiple matches/i);
      });
      await t.test('finds another country’s state by its code', async () => {
        const { messages } = await api.load('res.partner', [customer('state', { country_id: 'US', state_id: 'IL' })]);
        assert.match(messages[0]?.message ?? '', /multiple matches/i);
      });
      await t.test(`is atomic${json2 ? ', and blames a business rule’s error on record 0 too' : ''}`, async () => {
        const rows = ['zero', 'one', 'two'].map(link =>
          customer(`vat_${link}`, { country_id: 'FR', vat: link === 'two' ? 'FR00000000000' : '' }),
        );
        const { ids, messages } = await api.load('res.partner', rows);
        assert.equal(ids, false);
        assert.equal(await odoo.count('res.partner', [['name', '=like', 'Customer vat_%']]), 0);
        assert.deepEqual(
          messages.map(message => message.record),
          json2 ? [0, 2] : [2],
        );
        assert.equal(new Set(messages.map(message => message.message)).size, 1, 'the same text');
      });
      await t.test('names the record, not the row', async () => {
        const one = await order(odoo, 'rows_one', 'twice');
        const line = Object.fromEntries(
          Object.keys(one).map(key => [key, key.startsWith('order_line/') ? one[key] : '']),
        );
        line['order_line/id'] = 'trap.rows_one_second';
        const two = { ...(await order(odoo, 'rows_two', 'nobody')) };
        const { ids, messages } = await api.load('sale.order', [one, line, two]);
        assert.equal(ids, false);
        assert.match(messages[0].message, /external id 'trap\.nobody'/);
        for (const { record, rows } of messages) assert.deepEqual([record, rows], [1, { from: 2, to: 2 }]);
      });
      await t.test('stops looking after ten errors', async () => {
        const rows = Array.from({ length: 20 }, (_, i) => customer(`many_${i}`, { name: '' }));
        const { ids, messages } = await api.load('res.partner', rows);
        assert.equal(ids, false);
        assert.ok(messages.some(message => /more than 10 errors/.test(message.message)));
        assert.ok(messages.length < 20);
      });
      await t.test('reads times in the context’s time zone, and refuses ISO 8601', async () => {
        await api.loaded('res.partner', [customer('times_customer')]);
        const row = await order(odoo, 'times', 'times_customer');
        const [id] = await api.loaded('sale.order', [row], { tz: 'Europe/Paris' });
        const read = async () => (await odoo.soldOrders([['id', '=', id]]))[0].date_order;
        assert.equal(await read(), '2026-03-04 04:06:07');
        await api.loaded('sale.order', [{ id: row.id, date_order: row.date_order }]);
        assert.equal(await read(), '2026-03-04 05:06:07');
        const { ids } = await api.load('sale.order', [{ id: row.id, date_order: '2026-03-04T05:06:07Z' }]);
        assert.equal(ids, false);
      });
      await t.test('an unknown column is a crash', async () => {
        const error = await refusal(api.load('res.partner', [customer('columns', { no_such_field: 'x' })]));
        assert.match(error.type, json2 ? /^builtins\.ValueError$/ : /^builtins\.KeyError$/);
      });
      await t.test('a missing right is a message in an answer of 200', async () => {
        const { ids, messages } = await odoo.limited.load('account.move', [
          { id: 'trap.invoice', move_type: 'out_invoice' },
        ]);
        assert.equal(ids, false);
        assert.equal(messages[0].type, 'error');
        assert.match(messages[0].message, /not allowed|access/i);
      });
    });

    await t.test('at the same time', async t => {
      // Once in a while all come one after the other: then nobody loses.
      let lost = 0;
      for (let round = 0; round < 8 && !lost; round++) {
        await t.test(`three clients, the same new customers: each is there once (round ${round + 1})`, async () => {
          const rows = Array.from({ length: 20 }, (_, i) => customer(`race_${round}_${i}`));
          const result = await race(odoo, 'res.partner', rows);
          assert.ok(result.won >= 1);
          assert.equal(
            await odoo.count('res.partner', [['name', '=like', `Customer race\\_${round}\\_%`]]),
            rows.length,
          );
          if (result.lost.length) {
            assert.match(result.said, /could not serialize access|duplicate key/);
            assert.ok(
              result.lost.every(answer => !answer.thrown),
              'the conflict is told in an answer of 200',
            );
          }
          const ids = await api.loaded('res.partner', rows);
          assert.equal(new Set(ids).size, rows.length, 'the loser’s second try is an update');
          lost = result.lost.length;
        });
      }
      assert.ok(lost, 'no conflict was provoked');
    });

    await t.test('orders', async t => {
      const now = new Date().toISOString().slice(0, 4);
      await t.test('action_confirm overwrites date_order; a load puts it back', async () => {
        const id = await confirmed(odoo, 'confirm');
        const read = async () => (await odoo.soldOrders([['id', '=', id]]))[0];
        assert.equal((await read()).state, 'sale');
        assert.notEqual((await read()).date_order, '2026-03-04 05:06:07');
        assert.ok((await read()).date_order.startsWith(now));
        await api.loaded('sale.order', [{ id: 'trap.confirm', date_order: '2026-03-04 05:06:07' }]);
        assert.equal((await read()).date_order, '2026-03-04 05:06:07');
      });
      await t.test('state = sale in the load confirms, reserves, and keeps date_order', async () => {
        await api.loaded('res.partner', [customer('state_customer')]);
        const row = await order(odoo, 'as_sale', 'state_customer', { state: 'sale' });
        const [id] = await api.loaded('sale.order', [row]);
        await api.loaded('sale.order', [{ id: row.id, state: 'sale' }]);
        const [sold] = await odoo.soldOrders([['id', '=', id]]);
        assert.equal(sold.date_order, row.date_order);
        const pickings = await odoo.pickings(id);
        assert.deepEqual(
          pickings.map(picking => picking.moves.map(move => move.product_uom_qty)),
          [[2]],
        );
      });
      await t.test('one that is confirmed already spoils a batch of action_confirm', async () => {
        const id = await confirmed(odoo, 'again');
        if (json2) {
          const error = await refusal(api.call('sale.order', 'action_confirm', { ids: [id] }));
          assert.equal(error.status, 422);
          assert.match(error.text, /not in a state requiring confirmation/);
        } else assert.equal(await api.call('sale.order', 'action_confirm', { ids: [id] }), true);
      });
      await t.test('without columns for discount and tax, Odoo fills them in', async () => {
        await api.loaded('res.partner', [customer('defaults_customer')]);
        const row = await order(odoo, 'defaults', 'defaults_customer');
        delete row[`order_line/${odoo.names.lineTaxes}/.id`];
        const [id] = await api.loaded('sale.order', [row]);
        assert.notDeepEqual((await odoo.soldOrders([['id', '=', id]]))[0].lines[0].taxes, []);
      });
      await t.test('a method that asks a person returns a dialog instead of true', async () => {
        const id = await confirmed(odoo, 'dialog');
        const [{ id: picking, moves }] = await odoo.pickings(id);
        const vals = { [odoo.names.moveDone]: 1, ...(json2 && { picked: true }) };
        await api.call('stock.move', 'write', { ids: [moves[0].id], vals });
        const answer = await api.call('stock.picking', 'button_validate', { ids: [picking] });
        assert.equal(answer.res_model, 'stock.backorder.confirmation');
        assert.notEqual((await odoo.pickings(id))[0].state, 'done');
        const context = { skip_backorder: true };
        assert.equal(await api.call('stock.picking', 'button_validate', { ids: [picking], context }), true);
        const [sent, rest] = await odoo.pickings(id);
        assert.deepEqual([sent.state, sent.moves[0].done], ['done', 1]);
        assert.deepEqual([rest.backorder_id[0], rest.moves[0].product_uom_qty], [sent.id, 1]);
      });
    });

    await t.test('reading', async t => {
      const key = odoo.names.warehouseContext;
      const other = json2 ? 'warehouse' : 'warehouse_id';
      const free = async context =>
        (await api.one('product.product', [['default_code', '=', 'LINE-0001-M']], ['free_qty'], { context })).free_qty;
      await t.test(
        `stock of one warehouse is asked by context ${key}; ${other} is ignored without a word`,
        async () => {
          const id = await odoo.id('warehouse_lyon');
          const [lyon, all] = [await free({ [key]: id }), await free({})];
          assert.deepEqual([lyon, all], [101, 102]);
          assert.equal(await free({ [other]: id }), all);
        },
      );
      await t.test('write_date: >= finds the row of that second', async () => {
        const [id] = await api.loaded('res.partner', [customer('dates')]);
        const [{ write_date: at }] = await api.read('res.partner', [['id', '=', id]], ['write_date']);
        assert.match(at, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
        const found = operator =>
          api.ids('res.partner', [
            ['id', '=', id],
            ['write_date', operator, at],
          ]);
        assert.deepEqual(await found('>='), [id]);
        assert.deepEqual(await found('>'), json2 ? [] : [id], 'whole seconds, or microseconds');
      });
      await t.test('archived records are not there unless asked for', async () => {
        const domain = [['default_code', '=', 'OLD-0001']];
        assert.deepEqual(await api.ids('product.product', domain), []);
        assert.equal((await api.ids('product.product', [...domain, ['active', 'in', [true, false]]])).length, 1);
      });
      await t.test(`get_external_id works${json2 ? ', though the table of external ids is closed' : ''}`, async () => {
        if (json2)
          assert.match((await refusal(api.read('ir.model.data', [], ['name'], { limit: 1 }))).type, /AccessError/);
        const [id] = await api.loaded('res.partner', [customer('link')]);
        assert.equal((await odoo.links('res.partner', [id])).get(id), 'trap.link');
      });
    });

    await t.test('transport', { skip: json2 ? false : 'JSON-2 came with Odoo 19' }, async t => {
      const path = `${odoo.url}/json/2`;
      await t.test('a chunked body is read as empty', async () => {
        const params = { domain: [['id', '=', 1]], fields: ['name'] };
        assert.equal((await api.raw('res.partner', 'search_read', params)).status, 200);
        const load = { fields: ['id', 'name'], data: [['trap.chunked', 'Chunked']] };
        const answer = await api.raw('res.partner', 'load', load, { chunked: true });
        assert.equal(answer.status, 422);
        assert.match(answer.json.message, /missing a required argument/);
      });
      await t.test('404 as HTML is no database, 404 as JSON is our mistake', async () => {
        const none = await odoo
          .client('erpsync', { database: 'erp_no_such_database' })
          .raw('res.partner', 'search_read', {});
        assert.equal(none.status, 404);
        assert.match(none.type, /^text\/html/);
        for (const [model, method] of [
          ['no.such.model', 'search_read'],
          ['res.partner', 'no_such_method'],
        ]) {
          const answer = await api.raw(model, method, {});
          assert.equal(answer.status, 404);
          assert.equal(answer.json.name, 'werkzeug.exceptions.NotFound');
        }
        const [id] = await api.loaded('res.partner', [customer('gone')]);
        await odoo.admin.call('res.partner', 'unlink', { ids: [id] });
        const gone = await api.raw('res.partner', 'write', { ids: [id], vals: { name: 'x' } });
        assert.deepEqual([gone.status, gone.json.name], [404, 'odoo.exceptions.MissingError']);
      });
      await t.test('a wrong key is 401, a missing right 403', async () => {
        const wrong = await odoo.client('erpsync', { key: '0'.repeat(40) }).raw('res.users', 'context_get');
        assert.deepEqual([wrong.status, wrong.json.name], [401, 'werkzeug.exceptions.Unauthorized']);
        const missing = await odoo.limited.raw('account.payment', 'search_read', { domain: [], fields: ['name'] });
        assert.deepEqual([missing.status, missing.json.name], [403, 'odoo.exceptions.AccessError']);
        const hidden = await api.raw('sale.order', '_create_invoices', { ids: [1] });
        assert.equal(hidden.status, 403);
      });
      await t.test('500 with a builtin error is the request’s fault', async () => {
        const answer = await api.raw('res.partner', 'search_read', { domain: [], fields: ['no_such_field'] });
        assert.deepEqual([answer.status, answer.json.name], [500, 'builtins.ValueError']);
      });
      await t.test('arguments: a missing or unknown one, and ids where none belong, are 422', async () => {
        for (const [method, params] of [
          ['write', { ids: [1] }],
          ['read', { ids: [1], nonsense: 1 }],
          ['search_read', { ids: [1], domain: [] }],
        ])
          assert.equal((await api.raw('res.partner', method, params)).status, 422, method);
      });
      await t.test('what is no JSON is 400 or 415', async () => {
        const url = `${path}/res.users/context_get`;
        assert.equal((await post(url, '{', api.headers())).status, 400);
        assert.equal((await post(url, '{}', { ...api.headers(), 'Content-Type': 'text/plain' })).status, 415);
      });
      await t.test('JSON-RPC is still there, with the key in place of the password', async () => {
        const old = odoo.client('erpsync', { api: JsonRpc });
        assert.deepEqual(
          await old.loaded('res.partner', [customer('old_api')]),
          await api.loaded('res.partner', [customer('old_api')]),
        );
      });
    });

    await t.test('JSON-RPC', async t => {
      const rpc = odoo.client('erpsync', { api: JsonRpc });
      await t.test('answers 200 to everything; a wrong key is the result false', async () => {
        assert.equal(await odoo.client('erpsync', { api: JsonRpc, key: '0'.repeat(40) }).authenticate(), false);
        const error = await refusal(rpc.call('no.such.model', 'search_read', { domain: [] }));
        assert.deepEqual([error.status, error.type], [200, 'odoo.exceptions.UserError']);
        const other = await refusal(
          odoo.client('erpsync', { api: JsonRpc, database: 'erp_no_such_database' }).authenticate(),
        );
        assert.deepEqual([other.status, other.type], [200, 'psycopg2.OperationalError']);
      });
      await t.test('an error has the name of its class', async () => {
        const limited = odoo.client('limited', { api: JsonRpc });
        const error = await refusal(limited.read('account.payment', [], ['name']));
        assert.equal(error.type, 'odoo.exceptions.AccessError');
      });
    });
  });
}

for (const version of VERSIONS) {
  test(`Odoo ${version}: a worker killed at its time limit answers nothing, and nothing is written`, async t => {
    const odoo = await freshOdoo(t, version);
    const { erpsync } = odoo;
    // The limit leaves a busy machine the time for a worker's first look at a database, and not for this many rows.
    const rows = Array.from({ length: 8000 }, (_, i) => customer(`slow_${i}`));
    const { url } = erpsync;
    await odoo.ownServer(t, ['--workers=1', '--limit-time-real=10']);
    assert.deepEqual(await erpsync.loaded('res.partner', [customer('quick')]).then(ids => ids.length), 1);
    const error = await refusal(erpsync.load('res.partner', rows));
    assert.equal(error.code, 'ECONNRESET');
    erpsync.url = url;
    assert.equal((await erpsync.ids('res.partner', [['name', '=like', 'Customer slow%']])).length, 0);
  });

  test(`Odoo ${version}: a server that is stopped refuses connections, and goes on after its start`, async t => {
    const odoo = await freshOdoo(t, version);
    const server = await odoo.ownServer(t);
    const rows = [customer('patient')];
    await server.stop();
    assert.equal((await refusal(odoo.erpsync.load('res.partner', rows))).code, 'ECONNREFUSED');
    await server.start();
    assert.equal((await odoo.erpsync.loaded('res.partner', rows)).length, 1);
  });
}
