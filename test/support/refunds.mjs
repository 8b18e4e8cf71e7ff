// What a shop gives back of its orders, made by chance or by name, and whether an export of it comes to what the shop says.

import assert from 'node:assert/strict';
import { totals } from '../sandbox/lib/totals.mjs';
import { add, print, sub } from '../sandbox/lib/money.mjs';
import { shippedUnits, toShip } from '../sandbox/lib/fulfillment-orders.mjs';
import { amount, same, total } from './money.mjs';

/** Runs work as if it were so many seconds ago, each time some later than the last: versions are whole seconds. */
export function calendar(sandbox, ago = 2000) {
  return work => {
    const back = 1000 * (ago = Math.max(65, ago - 2));
    sandbox.setClock({ advance_ms: -back });
    try {
      return work();
    } finally {
      sandbox.setClock({ advance_ms: back });
    }
  };
}

/** What the shop says of an order now, in a currency: 0 the shop's, 1 the buyer's. */
export function now(sandbox, name, side = 0) {
  const m = sandbox.orders.model(sandbox.orders.find(name)),
    t = totals(m),
    text = pair => print(pair[side], m.currencies[side].exponent);
  return {
    total: text(t.nowTotal),
    tax: text(t.nowTax),
    refunded: text(t.refunded),
    refunding: text(t.refunding),
    units: new Map(m.lines.map(l => [`gid://shopify/LineItem/${14500000000000 + m.header.index * 4096 + l.n}`, l.current])),
  };
}

const latest = (rows, id) => {
  const found = new Map();
  for (const row of rows) {
    const known = found.get(row[id]);
    if (known && known[0].file === row.file) known.push(row);
    else found.set(row[id], [row]);
  }
  return found;
};
/** The rows of each order, or refund, that were written last: by its id. */
export const written = (exchange, kind, id) => latest([...exchange.rows(kind), ...exchange.rows(`${kind}-changed`)], id);

/**
 * The order less what was given back of it is what it costs now, in money, taxes and units; each refund adds up, and all that the
 * shop has paid back is in one of them, or was for what the order lacks.
 */
export function comesTo(exchange, sandbox, name, side = 0) {
  /* A name may be several orders'. */
  const { id } = sandbox.orders.summary(sandbox.orders.find(name)),
    order = written(exchange, 'orders', 'order_id').get(id);
  const refunds = [...written(exchange, 'refunds', 'refund_id').values()].filter(rows => rows[0].order_id === id);
  assert.ok(order, `${name} was exported`);
  const says = now(sandbox, name, side);
  const sum = column => total(refunds.map(rows => rows[0][column]));
  same(says.total, amount(order[0].order_total) - sum('refund_total'), `${name}: order less refunds`);
  same(says.tax, amount(order[0].tax_total) - sum('tax_total'), `${name}: taxes`);
  same(now(sandbox, name).total, amount(order[0].shop_total) - sum('shop_total'), `${name}: in the shop's currency`);
  for (const rows of refunds) {
    const number = rows[0].refund_number;
    assert.equal(rows[0].currency, order[0].currency, `${number}: currency`);
    same(rows[0].refund_total, total(rows.map(row => row.amount || '0')), `${number}: refund_total`);
    same(rows[0].tax_total, total(rows.map(row => row.tax || '0')), `${number}: tax_total`);
    assert.equal(new Set(rows.map(row => row.refund_line_id)).size, rows.length, `${number}: ids of lines`);
  }
  for (const [line, units] of says.units) {
    const [row] = order.filter(x => x.line_id === line);
    const back = refunds.flat().filter(x => x.line_id === line && !['duty', 'fee'].includes(x.line_type));
    assert.equal(Number(row.quantity) - back.reduce((n, x) => n + Number(x.quantity), 0), units, `${name}: units of ${row.sku}`);
  }
  const paid = sum('paid_amount');
  assert.ok(paid <= amount(says.refunded), `${name}: no more was paid back than the shop says`);
  if (order.every(row => row.removed_quantity === '0')) same(says.refunded, paid, `${name}: paid back`);
  if (order.every(row => row.removed_quantity === '0')) same(says.refunding, sum('pending_amount'), `${name}: under way`);
  return refunds;
}

/** Something that may happen to an order as it is; r: of test/sandbox/lib/random.mjs. */
export function chance(r, m) {
  const t = totals(m),
    exponent = m.currencies[1].exponent,
    shipped = shippedUnits(m),
    held = sub(t.received, add(t.refunded, t.refunding))[1],
    decimal = minor => (minor / 10 ** exponent).toFixed(exponent);
  const pending = r.chance(0.2),
    location = r.int(0, 2),
    some = n => r.int(1, n);
  const changes = [{ fulfill: true }, { paid: true }, { add: { article: r.int(0, 199), quantity: some(3) } }];
  if (held > 100) {
    changes.push({ refund: { lines: [], amount: decimal(some(Math.min(held, 500))), pending, note: 'Sorry' } });
    changes.push({ refund: { lines: [], shipping: true } });
  }
  if (r.chance(0.2)) changes.push({ cancel: 'CUSTOMER' }, { cancel: { reason: 'OTHER', amount: '0' } });
  for (const refund of m.refunds.filter(x => x.transactions.length))
    changes.push({ refund_status: { refund: refund.n, status: r.pick(['SUCCESS', 'FAILURE', 'PENDING']) } });
  const lines = m.lines.filter(l => l.current > 0 && !l.tip);
  if (lines.length) {
    const l = r.pick(lines),
      line = l.n,
      open = toShip(l, shipped.get(line) ?? 0),
      back = l.requiresShipping ? Math.min(l.current, (shipped.get(line) ?? 0) - l.returned) : 0,
      rest = r.chance(0.3) && held > 200 ? { amount: decimal(some(held)) } : {};
    changes.push({ quantity: { line, to: l.current - some(l.current) } });
    changes.push({ edit_discount: { line, amount: exponent ? '0.37' : '1' } });
    changes.push({ refund: { lines: [{ line, quantity: some(l.current) }], pending, ...rest } });
    changes.push({ refund: { lines: [{ line, quantity: some(l.current), restock: 'NO_RESTOCK' }], ...rest } });
    if (open) changes.push({ fulfill: { lines: [{ line, quantity: some(open) }] } });
    if (open && l.current >= 1) changes.push({ refund: { lines: [{ line, quantity: some(Math.min(open, l.current)), restock: 'CANCEL' }] } });
    if (back > 0) {
      const quantity = some(back);
      changes.push({ refund: { lines: [{ line, quantity, restock: 'RETURN', location }], shipping: r.chance(0.3), pending } });
      changes.push({
        return: {
          lines: [{ line, quantity }],
          ...(r.chance(0.5) ? { restocking_fee: exponent ? '0.51' : '3' } : {}),
          ...(r.chance(0.3) ? { shipping_fee: exponent ? '1.20' : '2' } : {}),
          ...(r.chance(0.3) ? { exchange: [{ article: r.int(0, 199), quantity: some(2) }] } : {}),
          refund: r.chance(0.8),
          pending,
        },
      });
    }
  }
  return r.pick(changes);
}

/** One change of an order by chance: what the shop refuses is none. */
export function happen(sandbox, r, name) {
  const change = chance(r, sandbox.orders.model(sandbox.orders.find(name)));
  try {
    sandbox.changeOrders({ edit: name, change });
    return change;
  } catch (error) {
    assert.match(error.message, /discount of|units more than|is held|is possible for/, `${name}: ${JSON.stringify(change)}`);
    return null;
  }
}
