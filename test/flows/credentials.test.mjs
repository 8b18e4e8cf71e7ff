// Tokens and secrets: where they come from, how they are renewed, and what is refused before anything is sent.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { place, requestsOf } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const TOKEN = '/admin/oauth/access_token';
const open = (t, sandbox = {}, conf = {}) =>
  place(t, { sandbox: { orders: 20, seed: 8, nasty: 'off', ...sandbox }, conf, bin: BIN_PLAIN });

/** The place's shop by a static token instead of a client. */
function useToken(p, token = p.sandbox.accessToken) {
  p.write('token', `${token}\n`, 0o600);
  p.configure({ store: { client_id: null, client_secret_file: null, access_token_file: 'token' } });
}

test('the client’s token is fetched once and kept', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  ended(await p.run('orders export'), 0);
  assert.equal(p.sandbox.requests({ path: TOKEN }).length, 1);
  assert.equal(fs.statSync(p.path('erpsync.db')).mode & 0o777, 0o600);
});

test('a static token', async t => {
  const p = await open(t);
  useToken(p);
  ended(await p.run('orders export'), 0);
  assert.equal(p.exchange().orders().size, 20);
  assert.equal(p.sandbox.requests({ path: TOKEN }).length, 0);
  await t.test('that is refused: 69, and what to do', async () => {
    useToken(p, 'shpat_wrong');
    const result = ended(await p.run('orders export'), 69);
    assert.match(result.stderr, /^erpsync: .*token was refused; check the credentials in \[store\].*\n$/);
  });
});

test('a token that ends soon is renewed before', async t => {
  const p = await open(t, { tokenTtl: 3000 });
  ended(await p.run('orders export'), 0);
  ended(await p.run('orders export'), 0);
  assert.equal(p.sandbox.requests({ path: TOKEN }).length, 2);
});

test('a token that is revoked while orders are read: renewed once, and on', async t => {
  const p = await open(t, { orders: 300 });
  let answered = 0;
  p.sandbox.runHooks = ({ operation }) => {
    if (operation === 'OrdersById' && ++answered === 3) p.sandbox.auth.revoke();
  };
  ended(await p.run('orders export'), 0);
  assert.equal(p.exchange().verify().orders().size, 300);
  assert.equal(p.sandbox.requests({ path: TOKEN }).length, 2);
});

test('an app that was removed: one renewal, then 69', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  p.sandbox.auth.revoke();
  p.sandbox.auth.notPermitted = true;
  const seen = requestsOf(p.sandbox);
  const result = ended(await p.run('orders export'), 69);
  assert.match(result.stderr, /shop_not_permitted/);
  assert.match(result.stderr, /check client_id and client_secret/);
  assert.equal(seen({ path: TOKEN }).length, 1);
  await t.test('installed again: the next run goes on', async () => {
    p.sandbox.auth.notPermitted = false;
    silent(ended(await p.run('orders export'), 0));
  });
});

test('tokens that the shop gives and refuses', async t => {
  const p = await open(t);
  p.sandbox.addFaults({ fault: 'unauthorized', path: '/admin/api' });
  ended(await p.run('orders export'), 69);
  assert.equal(p.sandbox.requests({ path: TOKEN }).length, 2, 'one renewal, no loop');
});

test('a wrong client secret', async t => {
  const p = await open(t);
  p.write('secret', 'a-wrong-secret\n', 0o600);
  const result = ended(await p.run('orders export'), 69);
  assert.match(result.stderr, /^erpsync: .*refuses to give an access token \(invalid_client.*check client_id.*\n$/);
  assert.doesNotMatch(result.stderr + p.read('erpsync.log'), /a-wrong-secret/);
  assert.equal(p.sandbox.requests().length, 1, 'not tried again');
  assert.equal(p.exists('out'), false);
});

test('where a secret comes from', async t => {
  const ways = {
    file: p => p.write('secret', p.sandbox.clientSecret, 0o600) && { client_secret_file: 'secret' },
    command: p => ({ client_secret_file: null, client_secret_command: `printf '%s\\nnoise\\n' ${p.sandbox.clientSecret}` }),
    env: () => ({ client_secret_file: null, client_secret_env: 'SHOP_SECRET' }),
    'the configuration': p => ({ client_secret_file: null, client_secret: p.sandbox.clientSecret }),
  };
  for (const [way, conf] of Object.entries(ways))
    await t.test(way, async sub => {
      const p = await open(sub);
      p.configure({ store: conf(p) });
      ended(await p.run('orders export', { env: { SHOP_SECRET: p.sandbox.clientSecret } }), 0);
    });
});

test('secrets that can’t be had', async t => {
  const cases = {
    'a file that is missing': [{ client_secret_file: './nowhere' }, /nowhere/],
    'a file that all may read': [{ client_secret_file: 'open' }, /open.*chmod/s],
    'a variable that is not set': [{ client_secret_file: null, client_secret_env: 'NOT_SET' }, /NOT_SET/],
    'a command that fails': [{ client_secret_file: null, client_secret_command: 'exit 3' }, /command/],
    'two ways at once': [{ client_secret_env: 'SHOP_SECRET' }, /client_secret/],
    'no credentials': [{ client_id: null, client_secret_file: null }, /no credentials/],
    'client and token': [{ access_token_file: 'secret' }, /both/],
  };
  for (const [name, [store, said]] of Object.entries(cases))
    await t.test(name, async sub => {
      const p = await open(sub);
      p.write('open', 'x\n', 0o644);
      p.configure({ store });
      const result = ended(await p.run('orders export', { env: { SHOP_SECRET: 'x' } }), 78);
      assert.match(result.stderr, said);
      assert.match(result.stderr, /^erpsync: .+\n$/, 'one line');
      assert.equal(p.sandbox.requests().length, 0);
    });
});

test('a configuration with a secret that all may read', async t => {
  const p = await open(t);
  p.configure({ store: { client_secret_file: null, client_secret: p.sandbox.clientSecret } });
  fs.chmodSync(p.path('erpsync.conf'), 0o644);
  const result = ended(await p.run('orders export'), 78);
  assert.match(result.stderr, /erpsync\.conf.*chmod/s);
  assert.doesNotMatch(result.stderr, new RegExp(p.sandbox.clientSecret));
  assert.equal(p.sandbox.requests().length, 0);
  await t.test('without a secret in it, it may be read', async () => {
    p.configure({ store: { client_secret: null, client_secret_file: 'secret' } });
    fs.chmodSync(p.path('erpsync.conf'), 0o644);
    ended(await p.run('orders export'), 0);
  });
});

test('addresses that credentials must not go to', async t => {
  for (const url of [
    'http://example.myshopify.com',
    'https://example.com',
    'https://example.myshopify.com.evil.example',
    'https://evil.example/example.myshopify.com',
    'https://user@evil.example#.myshopify.com',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'http://127.0.0.1@evil.example',
    'ftp://example.myshopify.com',
  ])
    await t.test(url, async sub => {
      const p = await open(sub, { orders: 8 });
      p.configure({ store: { url } });
      const result = ended(await p.run('orders export'), 78);
      assert.match(result.stderr, /^erpsync: .+\n$/);
    });
});
