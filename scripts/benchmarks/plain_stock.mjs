// Baseline: plain clients that bring an ERP's figures into a shop without knowing what is there.
//   node plain_stock.mjs <url> <access token> single|batches <stock.csv> <location>
//   single: finds each article by its SKU, then sets it; batches: reads all variants, then sets all, 250 in a call

import fs from 'node:fs';

const [, , url, token, mode, file, locationName] = process.argv;
let key = 0;

async function ask(query, variables) {
  const response = await fetch(`${url}/admin/api/2026-10/graphql.json`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-Shopify-Access-Token': token },
    body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

const SET = `mutation StockSet($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { code field message } } }`;
async function set(quantities) {
  const input = { name: 'on_hand', reason: 'correction', quantities };
  const { inventorySetQuantities: answer } = await ask(SET, { input, key: `plain-${process.pid}-${key++}` });
  if (answer.userErrors.length) throw new Error(JSON.stringify(answer.userErrors));
}

const { locations } = await ask('query Places { locations(first: 250) { nodes { id name } } }');
const locationId = locations.nodes.find(l => l.name === locationName).id;
const entry = (inventoryItemId, quantity) => ({ inventoryItemId, locationId, quantity, changeFromQuantity: null });
const wanted = new Map(
  fs
    .readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map(row => row.split(','))
    .map(([sku, , quantity]) => [sku, Number(quantity)]),
);

const ONE = 'query One($query: String!) { productVariants(first: 10, query: $query) { nodes { sku inventoryItem { id } } } }';
async function single() {
  for (const [sku, quantity] of wanted) {
    const { productVariants } = await ask(ONE, { query: `sku:'${sku}'` });
    const found = productVariants.nodes.find(node => node.sku === sku);
    await set([entry(found.inventoryItem.id, quantity)]);
  }
}

const ALL = `query All($after: String, $query: String) { productVariants(first: 250, after: $after, query: $query, sortKey: ID) {
  pageInfo { hasNextPage endCursor } nodes { legacyResourceId sku inventoryItem { id } } } }`;
async function batches() {
  const entries = [];
  let after = null,
    query = null,
    seen = 0;
  for (let more = true; more; ) {
    const { productVariants } = await ask(ALL, { after, query });
    for (const node of productVariants.nodes)
      if (wanted.has(node.sku)) entries.push(entry(node.inventoryItem.id, wanted.get(node.sku)));
    more = productVariants.pageInfo.hasNextPage;
    after = productVariants.pageInfo.endCursor;
    /* A list ends at 25,000 without a word. */
    seen += productVariants.nodes.length;
    if (seen >= 20000) {
      query = `id:>${productVariants.nodes.at(-1).legacyResourceId}`;
      after = null;
      seen = 0;
    }
  }
  for (let at = 0; at < entries.length; at += 250) await set(entries.slice(at, at + 250));
}

await (mode === 'single' ? single() : batches());
