// A model of what the two sides must agree on. Each record of a flow goes its own random way of changes and returns to
// what it was, while writes go over in part, lose their answers, are refused, raced or killed, tables lack rows, runs are
// full, entries are retried and dropped. After a last run without trouble, what the source says of a record stands on the
// other side, or the record is parked.

import assert from 'node:assert/strict';
import { Random } from '../sandbox/lib/random.mjs';
import { earlier } from './place.mjs';
import { inShop, productFile, productPlace } from './products.mjs';
import { BIN, BIN_PLAIN, ended } from './run.mjs';
import { deliveryFile, sell, shipped, shippingPlace } from './shipping.mjs';
import { LOCATIONS, LYON, PARIS, plainLevels, stockFile, stockPlace } from './stock.mjs';
import { place } from './place.mjs';

const QUICK = { queue: { wait: '1ms', max_wait: '1ms', tries: 1000 }, net: { retries: 0 } };
const sandbox = { orders: 0, variants: 300, skus: 'clean' };
const skusOf = (p, n) =>
  p.sandbox.catalogue.variants.filter(v => v.sku && v.tracked && !v.requiresComponents && !v.deleted).slice(0, n).map(v => v.sku);
/** One of each product: the ERP's products have a variant each. */
function articles(p, n) {
  const of = new Map();
  for (const v of p.sandbox.catalogue.variants)
    if (v.sku && !v.deleted && v.product.variants.length === 1 && v.product.status === 'ACTIVE') of.set(v.product.p, v.sku);
  return [...of.values()].slice(0, n);
}
/** Files are used in the order of their times, ten seconds apart and all of them in the past. */
const ages = (age = 40000) => ({ next: () => (age -= 10), now: () => age });

/**
 * A flow under test: size is how many records take part, open(t) gives { p, records, values(record), write(record → value),
 * there(record) }, and operations that write, what a table lacks (break, mend), and a value that the other side refuses.
 */
export const FLOWS = {
  stock: {
    run: 'inventory pull',
    size: 40,
    writes: ['StockSet', 'StockActivate'],
    reads: ['StockLevels', 'VariantsBySku'],
    async open(t, random) {
      const p = await stockPlace(t, { bin: BIN_PLAIN, sandbox, conf: QUICK });
      /* All of them after plainLevels. */
      const age = ages(3000);
      const records = skusOf(p, this.size);
      plainLevels(p.sandbox, records, [LYON, PARIS], 0);
      return {
        p,
        records,
        values: () => ['0/0', '0/7', '5/0', '5/7'],
        /** A figure that the shop can't hold; nothing of the article goes over. */
        bad: '2000000000/1',
        write: now => stockFile(p, [...now].flatMap(([sku, v]) => v.split('/').map((n, i) => [sku, ['MAIN', 'SHOP'][i], n])), { age: age.next() }),
        there(sku) {
          const { stock } = p.sandbox.truth({ skus: [sku] });
          return `${stock[`${sku} @ ${LYON}`].on_hand}/${stock[`${sku} @ ${PARIS}`].on_hand}`;
        },
        break: () => p.write('mappings/tables/locations.csv', random.pick([`warehouse,store_location\nMAIN,${LYON}\n`, 'warehouse,store_location\n'])),
        mend: () => p.write('mappings/tables/locations.csv', LOCATIONS),
        /**
         * Somebody counts a shelf while it is written: the figure moves away and, unless it was written, back. That is
         * after the file that is written, and before the next one.
         */
        race(sku) {
          const was = p.sandbox.truth({ skus: [sku] }).stock[`${sku} @ ${PARIS}`].on_hand;
          const set = n => {
            p.sandbox.setClock({ advance_ms: -(age.now() - 5) * 1000 });
            p.sandbox.changeStock({ variant: sku, location: PARIS, set: { available: n } });
            p.sandbox.setClock({ advance_ms: (age.now() - 5) * 1000 });
          };
          for (let i = 1; i <= 12; i++) p.sandbox.addHooks({ after_request: i, operation: 'StockLevels', call: () => set(i % 2 ? 3 : 4) });
          return () => [3, 4].includes(p.sandbox.truth({ skus: [sku] }).stock[`${sku} @ ${PARIS}`].on_hand) && set(was);
        },
      };
    },
  },
  products: productFlow({ erp_owns: 'title, sku, price, cost, barcode', store_owns: 'description, images, tags' }),
  'products of both': productFlow({ both: 'title, price', erp_owns: 'sku, cost, barcode', store_owns: 'description, images, tags' }),
  fulfillments: {
    run: 'fulfillments pull',
    size: 16,
    writes: ['ShipmentCreate', 'ShipmentTrack'],
    reads: ['ShippingOrders'],
    async open(t) {
      const p = await shippingPlace(t, { bin: BIN, conf: QUICK });
      const age = ages();
      const orders = Array.from({ length: this.size }, () => sell(p.sandbox, [['LONG-5', 2]]).name);
      const record = new Map(orders.map((name, i) => [`D${i}`, name]));
      return {
        p,
        /* A call without an answer is given five minutes, and what was sent again is looked at for a day. */
        later: [0, 400, 800, 90000, 90400],
        records: [...record.keys()],
        values: () => ['A', 'B', 'C'],
        write: now =>
          deliveryFile(p, [...now].map(([id, tracking]) => ({ delivery: id, order: record.get(id), sku: 'LONG-5', n: 2, warehouse: 'MAIN', tracking })), {
            age: age.next(),
          }),
        there(id) {
          const all = shipped(p.sandbox, record.get(id)).filter(s => !s.cancelled);
          assert.ok(all.length <= 1, `${id} was shipped ${all.length} times`);
          return all[0]?.numbers?.join();
        },
        break: () => p.write('mappings/tables/locations.csv', 'warehouse,store_location\n'),
        mend: () => p.write('mappings/tables/locations.csv', LOCATIONS),
      };
    },
  },
  orders: {
    run: 'orders export',
    size: 12,
    writes: [],
    reads: ['OrdersChanged'],
    async open(t) {
      const p = await place(t, { bin: BIN, sandbox: { orders: this.size, seed: 7, nasty: 'off' }, conf: { ...QUICK, mappings: { path: 'mappings' } } });
      p.write('mappings/tables/skus.csv', EVERY_SKU);
      p.sandbox.setClock({ advance_ms: -7200000 });
      const records = Array.from({ length: this.size }, (_, i) => `#${1001 + i}`);
      const last = new Map();
      return {
        p,
        records,
        steps: 60,
        values: () => ['a', 'b', 'c'],
        write(now) {
          /* No two changes of an order in one second, before and after a reading: readings keep a minute away from now. */
          p.sandbox.setClock({ advance_ms: 120000 });
          for (const [name, note] of now)
            if (last.get(name) !== note) earlier(p.sandbox, 90, { edit: name, change: { note } });
          for (const [name, note] of now) last.set(name, note);
        },
        there(name) {
          const files = p.exchange().verify();
          const rows = ['orders', 'orders-changed'].flatMap(key => files.rows(key).filter(row => row.order_number === name));
          return rows.at(-1)?.note;
        },
        break: () => p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nNONE,NONE\n'),
        mend: () => p.write('mappings/tables/skus.csv', EVERY_SKU),
      };
    },
  },
};
const EVERY_SKU = 'shop_sku,erp_sku\nkind:tip,TIP\nkind:gift_card,GIFT-CARD\n*,*\n';

function productFlow(owners) {
  return {
    run: 'products push',
    size: 6,
    writes: ['ProductUpdate', 'VariantsUpdate'],
    reads: ['ProductsById', 'VariantsBySku'],
    async open(t) {
      const p = await productPlace(t, { bin: BIN_PLAIN, sandbox, products: owners, conf: QUICK });
      const age = ages();
      const records = articles(p, this.size);
      const first = new Map(records.map(sku => [sku, `${inShop(p.sandbox, sku).title}|${inShop(p.sandbox, sku).variants[0].price}`]));
      return {
        p,
        records,
        values(sku) {
          const [title, price] = first.get(sku).split('|');
          return [first.get(sku), `${title}|7.50`, `Other ${sku}|${price}`, `Other ${sku}|7.50`];
        },
        /** Only the price goes over. */
        bad: `${'x'.repeat(300)}|9.00`,
        write(now) {
          const rows = [...now].map(([sku, v]) => ({ product_id: sku, sku, title: v.split('|')[0], price: v.split('|')[1] }));
          productFile(p, rows, { age: age.next() });
        },
        there(sku) {
          const { title, variants } = inShop(p.sandbox, sku);
          return `${title}|${variants[0].price}`;
        },
        break: () => p.write('mappings/tables/store_skus.csv', 'sku,store_sku\nNONE,NONE\n'),
        mend: () => p.write('mappings/tables/store_skus.csv', 'sku,store_sku\n*,*\n'),
      };
    },
  };
}

const FAULTS = ['drop_before', 'drop_after', 'drop_after', 'internal_error_after', 'cut_json', 'empty_body'];

/** Trouble for one run: faults of writes, everything down from then on, a kill in the middle. */
function trouble(flow, world, random) {
  const { sandbox: shop } = world.p;
  const what = [];
  if (flow.writes.length && random.chance(0.5)) {
    const rule = { fault: random.pick(FAULTS), operation: random.pick(flow.writes), nth: random.int(1, 3) };
    shop.addFaults(rule);
    what.push(`${rule.fault} ${rule.operation} ${rule.nth}`);
    if (random.chance(0.7)) {
      shop.addHooks({ after_request: rule.nth, operation: rule.operation, faults: { fault: 'http', status: 503 } });
      what.push('then down');
    }
  }
  if (random.chance(0.15)) {
    const rule = { fault: 'http', status: 503, operation: random.pick(flow.reads), nth: random.int(1, 4) };
    shop.addFaults(rule);
    what.push(`no ${rule.operation} ${rule.nth}`);
  }
  if (world.race && random.chance(0.3)) {
    const sku = random.pick(world.records);
    world.after = world.race(sku);
    what.push(`race of ${sku}`);
  }
  return what;
}

/** One run of the flow, perhaps killed. */
async function run(flow, world, random, args, kill) {
  const { p } = world;
  const env = kill && world.steps ? { ERPSYNC_STOP_AT: String(random.int(1, world.steps)) } : {};
  const child = p.start(`${flow.run}${args}`, { env });
  if (kill && !world.steps) p.sandbox.addHooks({ after_request: random.int(1, 8), call: () => child.kill('SIGKILL') });
  const result = await child.done;
  const fine = [0, 1, 75].includes(result.status) || (kill && result.signal === 'SIGKILL');
  assert.ok(fine, `${flow.run}${args} ended with ${result.signal ?? result.status}\n${result.stderr}`);
  return result.signal ?? result.status;
}

/** A place, its records and `rounds` runs in trouble; gives how many records took part. The story is told on failure. */
export async function sequences(t, name, seed, rounds = 6) {
  const flow = FLOWS[name];
  const random = new Random(seed, 1, 41);
  const world = await flow.open(t, random);
  const { p, records } = world;
  assert.equal(records.length, flow.size);
  const story = [];
  const now = new Map(records.map(r => [r, world.values(r)[0]]));
  const dropped = new Map();
  world.mend();
  try {
    world.write(now);
    await run(flow, world, random, '', false);
    for (let round = 0; round < rounds; round++) {
      for (const r of records) {
        const must = dropped.get(r) === now.get(r);
        if (!must && !random.chance(0.6)) continue;
        const to = random.chance(0.45) ? world.values(r)[0] : world.bad && random.chance(0.1) ? world.bad : random.pick(world.values(r));
        now.set(r, must && to === dropped.get(r) ? world.values(r).find(v => v !== to) : to);
      }
      const broken = random.chance(0.25);
      if (broken) world.break();
      else world.mend();
      if (random.chance(0.85)) world.write(now);
      if (random.chance(0.2)) await p.run('queue retry --all');
      const what = trouble(flow, world, random);
      const kill = random.chance(0.35);
      const full = random.chance(0.15) ? ' --full' : '';
      const status = await run(flow, world, random, full, kill);
      p.sandbox.faults.clear();
      p.sandbox.hooks.length = 0;
      world.after?.();
      world.after = null;
      if (random.chance(0.1)) {
        const entries = (await p.queue('--all')).filter(e => ['ready', 'parked'].includes(e.state));
        if (entries.length) {
          const { name: who } = random.pick(entries);
          ended(await p.run(['queue', 'drop', who, '--reason', 'model']), 0);
          dropped.set(who, now.get(who));
          what.push(`dropped ${who}`);
        }
      }
      story.push({ round, broken, what, kill, full, status, now: Object.fromEntries(now) });
    }
    world.mend();
    for (const r of records)
      if (now.get(r) === world.bad || dropped.has(r)) now.set(r, world.values(r).find(v => v !== dropped.get(r)));
    world.write(now);
    for (const seconds of world.later ?? [0, 0, 0]) {
      if (seconds) p.env = { ...p.env, ERPSYNC_CLOCK_SHIFT: String(seconds) };
      await p.run('queue retry --all');
      await run(flow, world, random, '', false);
    }
    const parked = new Map((await p.queue('--parked')).map(e => [e.name, e.reason]));
    for (const r of records)
      if (!parked.has(r)) assert.equal(world.there(r), now.get(r), `${r}: the other side, the source`);
    const waiting = (await p.queue('--all')).filter(e => ['ready', 'sending'].includes(e.state));
    assert.deepEqual(waiting, [], 'nothing waits');
    if (name !== 'products of both') assert.deepEqual([...parked], [], 'nothing is parked that has no cause any more');
  } catch (error) {
    error.message = `${name}, seed ${seed}: ${error.message}\n${story.map(s => JSON.stringify(s)).join('\n')}`;
    throw error;
  }
  return records.length;
}
