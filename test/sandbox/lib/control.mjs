// The control plane: /_sandbox/..., JSON in and out. Each route is one method of the object that startSandbox returns.

import { CATALOGUE, GIFT_CARD } from './world.mjs';
import { KINDS } from './nasty.mjs';

const numbers = q => ({ ...q, since: q.since && Number(q.since), limit: q.limit && Number(q.limit) });

const ROUTES = {
  'GET requests': (s, q) => s.requests({ ...q, since: q.since && Number(q.since) }),
  'GET requests/summary': s => s.log.summary(),
  'DELETE requests': s => (s.log.reset(), {}),
  'GET faults': s => s.faults.describe(),
  'POST faults': (s, q, body) => (s.addFaults(body), s.faults.describe()),
  'DELETE faults': s => (s.faults.clear(), {}),
  'GET hooks': s => s.hooks,
  'POST hooks': (s, q, body) => (s.addHooks(body), s.hooks),
  'DELETE hooks': s => ((s.hooks.length = 0), {}),
  'GET orders': (s, q) => s.orders.list(numbers(q)),
  'POST orders': (s, q, body) => s.changeOrders(body),
  'POST customers': (s, q, body) => s.changeCustomers(body),
  'GET nasty': () => Object.entries(KINDS).map(([kind, { expected, why = null }]) => ({ kind, expected, why })),
  'GET articles': () =>
    [...CATALOGUE, GIFT_CARD].map(({ sku, title, variantTitle, barcode, price, rate }) => ({
      sku,
      title,
      variantTitle,
      barcode,
      price: (price / 100).toFixed(2),
      rate,
      giftCard: sku === GIFT_CARD.sku,
    })),
  'GET variants': (s, q) => s.catalogue.list(numbers(q)),
  'POST variants': (s, q, body) => s.changeVariants(body),
  'GET products': (s, q) => {
    const { since = 0, limit = 100 } = numbers(q);
    return s.catalogue.products.slice(since, since + limit).map(p => s.catalogue.productSummary(p));
  },
  'POST products': (s, q, body) => s.changeProducts(body),
  'GET locations': s => s.locations.list(),
  'POST locations': (s, q, body) => s.changeLocations(body),
  'GET stock': (s, q) => s.stock.list(numbers(q)),
  'POST stock': (s, q, body) => s.changeStock(body),
  'POST sales': (s, q, body) => s.sell(body.lines ?? body, { createdAt: body.createdAt ?? null }),
  'GET fulfillments': (s, q) => s.fulfillments(q.order),
  'POST fulfillment_orders': (s, q, body) => s.changeFulfillmentOrders(body),
  'GET truth': (s, q) =>
    s.truth({ skus: q.sku?.split(',') ?? null, orders: q.orders?.split(',') ?? [], changed: Boolean(q.changed) }),
  'GET idempotency': s => s.idempotency.list(),
  'POST idempotency': (s, q, body) => {
    if (body.replay) s.idempotency.replay = body.replay;
    if (body.forget) s.idempotency.keys.clear();
    return { replay: s.idempotency.replay, keys: s.idempotency.keys.size };
  },
  'GET clock': s => s.clock.describe(),
  'POST clock': (s, q, body) => s.setClock(body),
  'GET scopes': s => ({ scopes: [...s.auth.scopes], personal_data: s.personal }),
  'POST scopes': (s, q, body) => s.setScopes(body),
  'POST tokens/revoke': (s, q, body) => (s.auth.revoke({ fixed: body?.static !== false }), {}),
  'POST tokens/restore': s => (s.auth.restore(), {}),
  'POST oauth': (s, q, body) => {
    s.auth.notPermitted = Boolean(body.shop_not_permitted);
    if (body.ttl) s.auth.ttl = body.ttl;
    return { shop_not_permitted: s.auth.notPermitted, ttl: s.auth.ttl };
  },
  'GET bucket': s => s.bucket.status(),
  'POST bucket': (s, q, body) => {
    if (body.size) s.bucket.size = body.size;
    if (body.restore) s.bucket.restore = body.restore;
    if (body.level !== undefined) s.bucket.drain(body.level);
    return s.bucket.status();
  },
  'POST lag': (s, q, body) => {
    s.orders.lag = body.ms;
    return { ms: s.orders.lag };
  },
  'POST reset': s => (s.reset(), {}),
};

export function control(sandbox, request, response) {
  const reply = (status, value) => {
    const text = JSON.stringify(value, null, 1);
    response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
    response.end(text);
  };
  const url = new URL(request.url, 'http://sandbox');
  const route = ROUTES[`${request.method} ${url.pathname.slice('/_sandbox/'.length).replace(/\/$/, '')}`];
  if (!route) return reply(404, { error: 'no such control', controls: Object.keys(ROUTES) });
  try {
    const body = request.body.length ? JSON.parse(request.body.toString()) : {};
    reply(200, route(sandbox, Object.fromEntries(url.searchParams), body));
  } catch (error) {
    reply(400, { error: error.message });
  }
}
