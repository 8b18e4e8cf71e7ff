// Baseline: a plain client of the Admin API. Reads pages of changed orders and then those orders in full, with the
// same documents and page sizes as erpsync, parses the answers and keeps nothing.
//   node plain_shopify.mjs <url> <access token> <orders per request> <requests at once> <end of the window>

import fs from 'node:fs';

const [, , url, token, size, parallel, until] = process.argv;
const folder = new URL('../../lib/connectors/shopify/graphql/', import.meta.url);
const document = (...parts) =>
  parts
    .map(part => fs.readFileSync(new URL(`${part}.graphql`, folder), 'utf8'))
    .join('')
    .split('\n')
    .map(line => line.trimStart())
    .filter(line => line && !line.startsWith('#'))
    .join('\n');
const DOCUMENTS = {
  OrdersChanged: document('orders_changed'),
  OrdersById: document('orders_by_id', 'fragment_order', 'fragment_lists', 'fragment_line', 'fragment_money', 'fragment_bag'),
  OrderLines: document('order_lines', 'fragment_line', 'fragment_money', 'fragment_bag'),
  OrderLists: document('order_lists', 'fragment_lists', 'fragment_money', 'fragment_bag'),
};

async function ask(operationName, variables) {
  const response = await fetch(`${url}/admin/api/2026-10/graphql.json`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-Shopify-Access-Token': token },
    body: JSON.stringify({ query: DOCUMENTS[operationName], operationName, variables }),
  });
  const answer = await response.json();
  if (answer.errors) throw new Error(`${operationName}: ${JSON.stringify(answer.errors)}`);
  return answer.data;
}

const done = { orders: 0, lines: 0 };

async function readRest(order, presentment) {
  let { pageInfo } = order.lineItems;
  while (pageInfo.hasNextPage) {
    const more = await ask('OrderLines', { id: order.id, first: 250, after: pageInfo.endCursor, presentment });
    order.lineItems.nodes.push(...more.order.lineItems.nodes);
    ({ pageInfo } = more.order.lineItems);
  }
  const cut =
    order.discountApplications.pageInfo.hasNextPage ||
    order.shippingLines.pageInfo.hasNextPage ||
    order.transactions.length >= 10 ||
    order.refunds.length >= 10;
  if (cut) Object.assign(order, (await ask('OrderLists', { id: order.id, lists: 250, presentment })).order);
}

async function readGroup({ ids, presentment }) {
  const { nodes } = await ask('OrdersById', { ids, lines: 25, lists: 10, presentment, terms: true, locations: true });
  for (const order of nodes) {
    await readRest(order, presentment);
    done.orders++;
    done.lines += order.lineItems.nodes.length;
  }
}

/** Orders with two currencies are asked for apart, as they are larger. */
function groups(heads) {
  const list = [];
  for (const presentment of [false, true]) {
    const ids = heads.filter(h => (h.currencyCode !== h.presentmentCurrencyCode) === presentment).map(h => h.id);
    for (let at = 0; at < ids.length; at += Number(size))
      list.push({ presentment, ids: ids.slice(at, at + Number(size)) });
  }
  return list;
}

const query = `updated_at:<='${until}'`;
for (let after = null, more = true; more; ) {
  const { orders } = await ask('OrdersChanged', { first: 250, after, query, sort: 'UPDATED_AT' });
  const waiting = groups(orders.nodes.filter(head => !head.test));
  const worker = async () => {
    for (let group; (group = waiting.shift()); ) await readGroup(group);
  };
  await Promise.all(Array.from({ length: Number(parallel) }, worker));
  after = orders.pageInfo.endCursor;
  more = orders.pageInfo.hasNextPage;
}
console.log(JSON.stringify(done));
