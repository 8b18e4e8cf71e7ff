// What every user of the machine may change is not believed: configuration, secrets, mappings, and the folders above.

import assert from 'node:assert/strict';
import { execSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { place } from '../support/place.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';

const open = async t => {
  const p = await place(t, { sandbox: { orders: 3, nasty: 'off' }, bin: BIN_PLAIN });
  fs.mkdirSync(p.path('etc'));
  for (const name of ['secret', 'erpsync.conf']) fs.renameSync(p.path(name), p.path('etc', name));
  p.write('etc/maps/csv/order.jq', fs.readFileSync(new URL('../../mappings/csv/order.jq', import.meta.url)), 0o644);
  p.write('etc/maps/tables/skus.csv', fs.readFileSync(new URL('../../mappings/tables/skus.csv', import.meta.url)), 0o644);
  const conf = p.read('etc/erpsync.conf').replace('path = erpsync.db', `path = ${p.path('erpsync.db')}`);
  p.write('etc/erpsync.conf', `${conf}\n[mappings]\npath = maps\n`, 0o640);
  return p;
};
const EXPORT = '-c etc/erpsync.conf orders export';

const CASES = {
  configuration: ['etc/erpsync.conf', 0o602],
  'secret file': ['etc/secret', 0o602],
  mapping: ['etc/maps/csv/order.jq', 0o646],
  table: ['etc/maps/tables/skus.csv', 0o666],
  'folder of mappings': ['etc/maps', 0o777],
  'folder of tables': ['etc/maps/tables', 0o757],
  'folder above all of it': ['etc', 0o777],
};

for (const [what, [name, mode]] of Object.entries(CASES))
  test(`${what}: refused until the printed command was run`, async t => {
    const p = await open(t);
    fs.chmodSync(p.path(name), mode);
    const { stderr } = ended(await p.run(EXPORT), 78);
    assert.equal(p.sandbox.requests().length, 0, 'nothing was sent');
    const [, remedy] = stderr.match(/run: (chmod o-w [^\s;]+)/) ?? assert.fail(stderr);
    execSync(remedy, { cwd: p.dir });
    assert.equal(fs.statSync(p.path(name)).mode & 0o002, 0);
    ended(await p.run(EXPORT), 0);
  });

test('a link into such a folder is no way round', async t => {
  const p = await open(t);
  fs.mkdirSync(p.path('shared'));
  fs.renameSync(p.path('etc/secret'), p.path('shared/secret'));
  fs.symlinkSync(p.path('shared/secret'), p.path('etc/secret'));
  ended(await p.run(EXPORT), 0);
  fs.chmodSync(p.path('shared'), 0o777);
  assert.match(ended(await p.run(EXPORT), 78).stderr, /chmod o-w .*shared/);
});

test('a group that may write, and a folder with the sticky bit, are fine', async t => {
  const p = await open(t);
  for (const name of ['etc/maps', 'etc/maps/csv', 'etc']) fs.chmodSync(p.path(name), 0o775);
  for (const name of ['etc/erpsync.conf', 'etc/maps/csv/order.jq']) fs.chmodSync(p.path(name), 0o664);
  fs.chmodSync(p.dir, 0o1777);
  ended(await p.run(EXPORT), 0);
});
