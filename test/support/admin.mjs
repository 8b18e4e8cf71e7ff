// The shop's admin as a person uses it with files: inventory exports, and what its import makes of a file.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { csvRows, parseCsv } from './csv.mjs';
import { Place, tempDir } from './place.mjs';
import { LOCATIONS } from './stock.mjs';

const EXPORT = [
  ...['Handle', 'Title', 'Option1 Name', 'Option1 Value', 'Option2 Name', 'Option2 Value', 'Option3 Name', 'Option3 Value'],
  ...['SKU', 'HS Code', 'COO', 'Location', 'Bin name', 'Incoming (not editable)', 'Unavailable (not editable)'],
  ...['Committed (not editable)', 'Available (not editable)', 'On hand (current)', 'On hand (new)'],
];
const KEY = ['Handle', 'Option1 Value', 'Option2 Value', 'Option3 Value', 'Location'];
const keyOf = row => KEY.map(name => row[name]).join('\u0000');
const quoted = text => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** variants: [{ sku, handle, title?, options: { Size: 'M' }?, stock: { location: n or null } }]; null: not stocked there. */
export class Admin {
  constructor(variants) {
    this.rows = variants.flatMap(({ sku, handle, title = handle, options = { Title: 'Default Title' }, stock }) =>
      Object.entries(stock).map(([location, onHand]) => ({
        Handle: handle,
        Title: title,
        ...Object.fromEntries(
          Object.entries(options).flatMap(([name, value], i) => [
            [`Option${i + 1} Name`, name],
            [`Option${i + 1} Value`, value],
          ]),
        ),
        SKU: sku,
        Location: location,
        'On hand (current)': onHand === null ? 'not stocked' : String(onHand),
      })),
    );
    for (const row of this.rows) for (const name of EXPORT) row[name] ??= '';
  }
  export() {
    return [EXPORT, ...this.rows.map(row => EXPORT.map(name => row[name]))].map(row => row.map(quoted).join(',')).join('\n') + '\n';
  }
  /** Refuses what the admin's import refuses; returns the rows that conflict with what was sold meanwhile. */
  import(text) {
    assert.ok(parseCsv(text).length > 1, 'a file with rows');
    const conflicts = [];
    for (const row of csvRows(text)) {
      const own = this.rows.filter(other => keyOf(other) === keyOf(row));
      assert.equal(own.length, 1, `the import finds no such row: ${JSON.stringify(row)}`);
      assert.match(row['On hand (new)'], /^\d+$/);
      if (own[0]['On hand (current)'] === row['On hand (current)']) own[0]['On hand (current)'] = row['On hand (new)'];
      else conflicts.push(row.SKU);
    }
    return conflicts;
  }
  /** What the shop has: { 'SKU @ location': '12' }. */
  get stock() {
    return Object.fromEntries(this.rows.map(row => [`${row.SKU} @ ${row.Location}`, row['On hand (current)']]));
  }
}

/** A file as it was so many seconds ago. */
export function aged(path, age) {
  const at = new Date(Date.now() - age * 1000);
  fs.utimesSync(path, at, at);
  return path;
}

/** A place whose store is the admin's files in exports/. */
export function adminPlace(t, admin, { conf = {}, locations = LOCATIONS, ...options } = {}) {
  const p = new Place(tempDir(t), {
    ...options,
    conf: {
      store: { connector: 'csv', path: 'exports' },
      inventory: { quantity: 'on_hand', ...conf.inventory },
      mappings: { path: 'mappings' },
      ...Object.fromEntries(Object.entries(conf).filter(([name]) => name !== 'inventory')),
    },
  });
  p.write('mappings/tables/locations.csv', locations);
  if (admin) exported(p, admin);
  return p;
}
/** A person exports the inventory. */
export const exported = (p, admin, { name = 'inventory_export.csv', age = 60 } = {}) => aged(p.write(`exports/${name}`, admin.export()), age);
/** The import files that are there, in order; a person imports them and takes them away. */
export const imports = p =>
  p.exists('exports/import')
    ? fs.readdirSync(p.path('exports/import')).filter(name => name.endsWith('.csv')).sort()
    : [];
export function imported(p, admin, { age } = {}) {
  const conflicts = imports(p).flatMap(name => admin.import(p.read(`exports/import/${name}`)));
  takenAway(p, { age });
  return conflicts;
}
/** A person takes the import files away, so many seconds ago: before the next export is made, unless it is said. */
export function takenAway(p, { age = 3600 } = {}) {
  for (const name of fs.readdirSync(p.path('exports/import')).filter(name => !name.startsWith('.'))) fs.rmSync(p.path('exports/import', name));
  aged(p.path('exports/import'), age);
}
