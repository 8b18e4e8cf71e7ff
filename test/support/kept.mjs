// State files that an earlier erpsync wrote, kept as text (../data/kept), and how they came about: one of each kind of memory.
// They are made by that program, once, and never anew:
//
//   ERPSYNC_BIN_PLAIN=erpsync-of-then node test/support/kept.mjs
//
// A test lets today's program make the same in the shop, then lays what was kept over what that one remembers.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '../sandbox/index.mjs';
import { AdminProducts, productsExported } from './admin_products.mjs';
import { Admin, aged, exported } from './admin.mjs';
import { Place } from './place.mjs';
import { productFile } from './products.mjs';
import { BIN_PLAIN, ROOT, ended } from './run.mjs';
import { deliveryFile, sell } from './shipping.mjs';
import { KOELN, LOCATIONS, LYON, plainLevels, stockFile } from './stock.mjs';

const DATA = path.join(ROOT, 'test/data/kept');
const STATE = 'erpsync.db';
const shop = (more = {}) => startSandbox({ speed: 1000, orders: 0, seed: 7, nasty: 'off', ...more });
const tables = p => p.write('mappings/tables/locations.csv', LOCATIONS);
const conf = more => ({ mappings: { path: 'mappings' }, ...more });
/** name: { sandbox?, conf, start(p): what stands on both sides, run: the command, change(p): what comes later }. */
export const KEPT = {
  'orders of the shop': {
    /* Of the day on which they were kept: what was read then is what stands there now. */
    sandbox: () => shop({ orders: 4, freeze: '2026-11-28T12:00:00Z' }),
    start: () => {},
    run: 'orders export',
  },
  'orders of the admin': {
    conf: conf({ store: { connector: 'csv', path: 'exports', currency: 'EUR' } }),
    start: p => aged(p.write('exports/orders_export_1.csv', fs.readFileSync(path.join(ROOT, 'test/data/orders_export/help_center.csv'))), 3600),
    run: 'orders export',
  },
  'stock in the shop': {
    sandbox: shop,
    conf: conf({ inventory: { quantity: 'on_hand' } }),
    start(p) {
      tables(p);
      plainLevels(p.sandbox, ['SOLO-1', 'LONG-5'], [LYON, KOELN], 5);
      stockFile(p, [['SOLO-1', 'MAIN', 7], ['SOLO-1', 'DE', 5], ['LONG-5', 'MAIN', 0]], { age: 1800 });
    },
    run: 'inventory pull',
  },
  'products in the shop': {
    sandbox: shop,
    conf: conf({ csv: { currency: 'EUR', prices_include_tax: 'yes' } }),
    start(p) {
      productFile(p, [{ product_id: 'P-1', title: 'New mug', sku: 'MUG-NEW', price: '9.50' }, { product_id: 'P-2', title: 'Solo', sku: 'SOLO-1', price: '31.00' }], { age: 3600 });
    },
    run: 'products push',
  },
  'deliveries in the shop': {
    sandbox: shop,
    conf: conf({}),
    start(p) {
      tables(p);
      const row = sell(p.sandbox, [['SOLO-1', 2, LYON], ['LONG-5', 1, KOELN]]);
      p.order = row.name;
      deliveryFile(
        p,
        [
          { delivery: 'D-1', order: row.name, sku: 'SOLO-1', n: 2, warehouse: 'MAIN', carrier: 'DHL', tracking: '0034' },
          { delivery: 'D-2', order: row.name, sku: 'LONG-5', n: 1, warehouse: 'DE', carrier: 'DHL', tracking: '0035' },
        ],
        { age: 3600 },
      );
    },
    run: 'fulfillments pull',
  },
  'stock of the admin': {
    conf: conf({ store: { connector: 'csv', path: 'exports', currency: 'EUR' }, inventory: { quantity: 'on_hand' } }),
    start(p) {
      tables(p);
      p.admin = new Admin([{ sku: 'TEE', handle: 'tee', stock: { [LYON]: 4 } }, { sku: 'MUG', handle: 'mug', stock: { [LYON]: 1 } }]);
      exported(p, p.admin);
      stockFile(p, [['TEE', 'MAIN', 6], ['MUG', 'MAIN', 1]], { age: 3600 });
    },
    run: 'inventory pull',
  },
  'products of the admin': {
    conf: conf({ store: { connector: 'csv', path: 'exports', currency: 'EUR' }, csv: { currency: 'EUR', prices_include_tax: 'yes' } }),
    start(p) {
      p.admin = new AdminProducts([{ handle: 'mug', title: 'Mug', variants: [{ sku: 'MUG', price: '9.00', tracker: 'shopify' }] }]);
      productsExported(p, p.admin);
      productFile(p, [{ product_id: 'P-MUG', title: 'Mug', sku: 'MUG', price: '9.50' }, { product_id: 'P-2', title: 'Tea', sku: 'TEA', price: '3.00' }], { age: 3600 });
    },
    run: 'products push',
  },
};

/** A place of this kind as it was before the program ran. */
export async function keptPlace(dir, name) {
  const { sandbox, conf: sections, start } = KEPT[name];
  const p = new Place(dir, { sandbox: sandbox ? await sandbox() : null, conf: sections, bin: BIN_PLAIN });
  if (p.sections.mappings) fs.mkdirSync(p.path('mappings'));
  start(p);
  p.sandbox?.setClock({ freeze: false });
  return p;
}

const fileOf = name => path.join(DATA, `${name.replaceAll(' ', '_')}.json`);
export const kept = name => JSON.parse(fs.readFileSync(fileOf(name), 'utf8'));

/** What the program wrote into folders. */
const written = p =>
  ['out', 'exports/import'].filter(dir => p.exists(dir)).flatMap(dir =>
    fs.readdirSync(p.path(dir)).filter(name => /-\d{6}\./.test(name)).map(name => `${dir}/${name}`),
  );
/** All that it has written, wherever it stands. */
export const standing = p => ({ files: Object.fromEntries(written(p).sort().map(name => [name, p.read(name)])), shop: p.sandbox?.truth() });

/** The state file of then, and what that program wrote into folders. */
export function layKept(p, name) {
  const { state, files } = kept(name);
  for (const file of fs.readdirSync(p.dir)) if (file.startsWith(STATE)) fs.rmSync(p.path(file));
  /* With the marks of the program that wrote there. */
  for (const file of Object.keys(files)) fs.rmSync(p.path(path.dirname(file)), { recursive: true, force: true });
  for (const [file, text] of Object.entries(files)) aged(p.write(file, text), 3600);
  execFileSync('sqlite3', [p.path(STATE)], { input: state.join('\n') });
  fs.chmodSync(p.path(STATE), 0o600);
}

/** What was refused for another's sake, as the state file of a version that did not remember as what is taken over: 0013_claim.sql. */
export const withoutClaims = p =>
  execFileSync('sqlite3', [
    p.path(STATE),
    "DELETE FROM claim; UPDATE queue SET state = 0, parked_as = code, attempts = 0, next_attempt = 0 WHERE state = 2 AND code GLOB 'same_*'",
  ]);

async function keep(name) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'erpsync-kept-'));
  const p = await keptPlace(dir, name);
  ended(await p.run(`${KEPT[name].run} --json`), 0, name);
  const state = execFileSync('sqlite3', [p.path(STATE), '.dump'], { encoding: 'utf8' }).trimEnd().split('\n');
  const version = execFileSync('sqlite3', [p.path(STATE), 'PRAGMA user_version; PRAGMA application_id'], { encoding: 'utf8' }).trim().split('\n');
  state.push(`PRAGMA user_version = ${version[0]};`, `PRAGMA application_id = ${version[1]};`);
  fs.writeFileSync(fileOf(name), `${JSON.stringify({ files: standing(p).files, state }, null, 1)}\n`);
  await p.sandbox?.close();
  fs.rmSync(dir, { recursive: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  fs.mkdirSync(DATA, { recursive: true });
  for (const name of Object.keys(KEPT)) await keep(name);
}
