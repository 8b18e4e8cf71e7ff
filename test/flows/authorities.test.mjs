// Whose certificates are believed: a private authority by [store] ca_file and [erp] ca_file.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { test } from 'node:test';
import { atEnd } from '../support/cleanup.mjs';
import { Place, place, tempDir } from '../support/place.mjs';
import { quotingProxy } from '../support/quoting.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';

/** An authority and a server's certificate for 127.0.0.1 by it: { ca, key, cert } as paths. */
function authority(dir, name) {
  const file = ending => path.join(dir, `${name}${ending}`);
  const openssl = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', file('-ca.key'), '-out', file('-ca.pem'), '-days', '2', '-subj', `/CN=${name}`);
  openssl('req', ...newKey, '-keyout', file('.key'), '-out', file('.csr'), '-subj', '/CN=127.0.0.1');
  fs.writeFileSync(file('.ext'), 'subjectAltName=IP:127.0.0.1\n');
  openssl('x509', '-req', '-in', file('.csr'), '-CA', file('-ca.pem'), '-CAkey', file('-ca.key'), '-CAcreateserial',
    '-days', '2', '-extfile', file('.ext'), '-out', file('.pem'));
  return { ca: file('-ca.pem'), key: file('.key'), cert: file('.pem') };
}

/** A TLS server with that certificate that hands everything on to `url`. */
async function tlsBefore(t, url, { key, cert }) {
  const server = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }, async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const { host, connection, 'content-length': length, ...headers } = request.headers;
    const real = await fetch(url + request.url, {
      method: request.method,
      headers: { ...headers, 'accept-encoding': 'identity' },
      body: parts.length ? Buffer.concat(parts) : undefined,
    });
    const kept = [...real.headers].filter(([name]) => !/length|encoding|connection|keep/.test(name));
    response.writeHead(real.status, Object.fromEntries(kept));
    response.end(await real.text());
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => new Promise(resolve => server.close(resolve) && server.closeAllConnections?.()));
  return `https://127.0.0.1:${server.address().port}`;
}

test('a shop behind a private authority: token and data by [store] ca_file', async t => {
  const p = await place(t, { sandbox: { orders: 5, nasty: 'off' }, bin: BIN_PLAIN });
  const ours = authority(p.dir, 'ours'), other = authority(p.dir, 'other');
  p.configure({ store: { url: await tlsBefore(t, p.sandbox.url, ours) } });
  await t.test('without it nothing is sent, and the message names the key', async () => {
    const { stderr } = ended(await p.run('orders export'), 69);
    assert.match(stderr, /certificate is not trusted.*\[store\] ca_file = PATH/);
    assert.equal(p.sandbox.requests().length, 0);
  });
  await t.test('another authority is refused, and the message names its file', async () => {
    p.configure({ store: { ca_file: 'other-ca.pem' } });
    assert.ok(fs.existsSync(other.ca));
    const { stderr } = ended(await p.run('orders export'), 69);
    assert.match(stderr, /only authorities in \[store\] ca_file = .*other-ca\.pem are trusted/);
    assert.equal(p.sandbox.requests().length, 0);
  });
  await t.test('a file that is none, is missing, or is everybody’s to write', async () => {
    p.write('none.pem', 'no certificate\n');
    p.configure({ store: { ca_file: 'none.pem' } });
    assert.match(ended(await p.run('orders export'), 69).stderr, /file of certificates holds none/);
    p.configure({ store: { ca_file: 'missing.pem' } });
    assert.match(ended(await p.run('orders export'), 78).stderr, /: \[store\] ca_file = .*missing\.pem: the file of certificates can't be read/);
    fs.chmodSync(other.ca, 0o666);
    p.configure({ store: { ca_file: 'other-ca.pem' } });
    assert.match(ended(await p.run('orders export'), 78).stderr, /chmod o-w .*other-ca\.pem/);
  });
  await t.test('the right one', async () => {
    p.configure({ store: { ca_file: 'ours-ca.pem' } });
    ended(await p.run('orders export'), 0);
    assert.equal(p.exchange().orders().size, 5);
    assert.ok(p.sandbox.requests({ path: '/admin/oauth/access_token' }).length > 0, 'the token came the same way');
  });
});

test('an Odoo behind a private authority: [erp] ca_file', async t => {
  const dir = tempDir(t);
  const ours = authority(dir, 'ours');
  const odoo = await quotingProxy(t, '', ({ path: at }) =>
    at === '/web/version'
      ? { status: 200, body: { version_info: [19, 0, 0], version: '19.0' } }
      : { status: 401, body: { name: 'werkzeug.exceptions.Unauthorized', message: 'Invalid apikey' } },
  );
  const p = new Place(dir, {
    conf: {
      store: { connector: 'csv', path: 'shop', currency: 'EUR' },
      erp: { connector: 'odoo', path: null, url: await tlsBefore(t, odoo, ours), api_key_file: 'key' },
      inventory: { quantity: 'on_hand' },
    },
    bin: BIN_PLAIN,
  });
  fs.mkdirSync(p.path('shop'));
  p.write('key', '0123456789abcdef', 0o600);
  assert.match(both(await p.run('check')), /certificate is not trusted.*\[erp\] ca_file = PATH/);
  p.configure({ erp: { ca_file: 'ours-ca.pem' } });
  assert.match(both(await p.run('check')), /Invalid apikey/);
});
const both = ({ stdout, stderr }) => stdout + stderr;
