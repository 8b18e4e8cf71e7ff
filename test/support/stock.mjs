// Stock for `inventory pull`: files as an ERP writes them, a table of locations, and what the shop must hold afterwards.

import fs from 'node:fs';
import { place } from './place.mjs';
import { BIN_PLAIN, ended } from './run.mjs';

export const [LYON, PARIS, KOELN] = ['Warehouse Lyon', 'Shop Paris 8e', 'Depot Köln'];
export const LOCATIONS = `warehouse,store_location,note\nMAIN,${LYON},\nSHOP,${PARIS},\nDE,${KOELN},\n`;

/** Rows [sku, warehouse, on_hand, available?, forecast?] as the text of a stock file. */
export const stockText = rows =>
  `sku,warehouse,on_hand,available,forecast\n${rows.map(row => [...row, '', '', '', ''].slice(0, 5).map(cell).join(',')).join('\n')}\n`;
const cell = value => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value);

/** Writes a file that is `age` seconds old: younger ones may still be written. */
export function stockFile(p, rows, { name = 'stock.csv', age = 60, dir = 'out' } = {}) {
  const path = p.write(`${dir}/${name}`, typeof rows === 'string' ? rows : stockText(rows));
  const at = new Date(Date.now() - age * 1000);
  fs.utimesSync(path, at, at);
  return path;
}

/** A place where the ERP's stock comes from files and goes to the sandbox. */
export async function stockPlace(t, { sandbox = {}, inventory = {}, locations = LOCATIONS, conf = {}, ...more } = {}) {
  const p = await place(t, {
    sandbox: sandbox.close ? sandbox : { orders: 0, ...sandbox },
    conf: { inventory: { quantity: 'on_hand', ...inventory }, mappings: { path: 'mappings' }, ...conf },
    ...more,
  });
  p.write('mappings/tables/locations.csv', locations);
  return p;
}

/** `inventory pull --json`. */
export const pull = (p, more = '', status = 0) => p.json(`inventory pull --json ${more}`.trim(), status);

/** { 'SKU @ location': { available, on_hand } } of all levels that differ between two truths. */
export function moved(before, after) {
  const keys = new Set([...Object.keys(before.stock), ...Object.keys(after.stock)]);
  const differ = {};
  for (const key of keys) {
    const [was, is] = [before.stock[key] ?? null, after.stock[key] ?? null];
    if (JSON.stringify(was) !== JSON.stringify(is)) differ[key] = is;
  }
  return differ;
}

/** As if the levels had last changed an hour ago: files of these tests are older than what a run has just written. */
export function atRest(sandbox, skus, places) {
  sandbox.setClock({ advance_ms: -3600000 });
  for (const variant of skus) for (const location of places) sandbox.changeStock({ variant, location, set: {} });
  sandbox.setClock({ advance_ms: 3600000 });
}

/** Active levels with nothing reserved, so that on_hand and available are what a test sets. */
export function plainLevels(sandbox, skus, places, quantity) {
  /* An hour ago: what moved within the last minute may hide an order. */
  sandbox.setClock({ advance_ms: -3600000 });
  const set = { available: quantity, reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0, incoming: 0 };
  for (const variant of skus) for (const location of places) sandbox.changeStock({ variant, location, set, active: true });
  sandbox.setClock({ advance_ms: 3600000 });
}

/** A place for free stock: ten of SOLO-1 and LONG-5 in Lyon, and an ERP that has got every order so far. */
export async function freePlace(t, { sandbox = {}, inventory = {}, orders = {}, conf = {}, ...more } = {}) {
  const p = await stockPlace(t, {
    bin: BIN_PLAIN,
    sandbox: { nasty: 'off', ...sandbox },
    inventory: { quantity: 'available', ...inventory },
    conf: { orders: { overlap: '1m', ...orders }, ...conf },
    ...more,
  });
  plainLevels(p.sandbox, ['SOLO-1', 'LONG-5'], [LYON], 10);
  ended(await p.run('orders export'), 0);
  return p;
}
