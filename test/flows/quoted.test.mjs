// Servers that quote what they were sent: no secret of the run and nothing of a person stays anywhere.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Place, place, tempDir } from '../support/place.mjs';
import { quotingProxy, SHAPES, shapesIn, traces } from '../support/quoting.mjs';
import { BIN_PLAIN } from '../support/run.mjs';
import { LYON, plainLevels, stockFile, stockPlace } from '../support/stock.mjs';

const SECRET = 'shpss_Q7w/e+R~t2&y U9i"o\\5'; // something to be escaped in every way
const TOKEN_PATH = '/admin/oauth/access_token';
const json = body => ({ status: 200, body });

/* Where a server may put a text; status is that of the run. */
const SHOP_ERRORS = {
  'GraphQL error': q => json({ errors: [{ message: `token ${q} is wrong` }] }),
  'GraphQL error code': q => json({ errors: [{ message: 'no', extensions: { code: q } }] }),
  'access denied': q => json({ errors: [{ message: `for ${q}`, extensions: { code: 'ACCESS_DENIED' } }] }),
  'long text': q => json({ errors: [{ message: `${'x'.repeat(290)} ${q}` }] }),
  'cost error': q => json({ errors: [{ message: q, extensions: { code: 'MAX_COST_EXCEEDED' } }] }),
  'body of 403': q => ({ status: 403, body: { errors: q } }),
  'body of 500': q => ({ status: 500, body: `<html>${q}</html>`, headers: { 'content-type': 'text/html' } }),
  'request id': q => ({ status: 404, headers: { 'x-request-id': q.replace(/[^ -~]|\s/g, '') } }),
  'header value': q => ({ status: 430, headers: { 'x-why': q, 'set-cookie': q } }),
  'header name': q => ({ status: 402, headers: { [q.replace(/[^A-Za-z0-9]/g, '') || 'x']: '1' } }),
  'reason phrase': q => ({ status: 418, reason: q.replace(/[^ -~]/g, '') }),
  'redirect': q => ({ status: 302, headers: { location: `https://${encodeURIComponent(q)}.example/${encodeURI(q)}` } }),
  'content type': q => ({ status: 200, headers: { 'content-type': `text/${q}` }, body: 'no json' }),
};
const OAUTH_ERRORS = {
  'error_description': q => ({ status: 400, body: { error: 'invalid_client', error_description: `${q} is unknown` } }),
  'error': q => ({ status: 400, body: { error: q } }),
  'token type': q => json({ access_token: 'shpat_other', token_type: q }),
  'page of HTML': q => ({ status: 400, body: `Oauth error ${q}`, headers: { 'content-type': 'text/html' } }),
};

const both = ({ stdout, stderr }) => stdout + stderr;

/**
 * Runs the flow once for each shape, which use() takes, and then all that tells of it; fails where a secret is found in
 * any shape. Returns what was said.
 */
async function nothingIsKept(p, flow, use, secrets, { kept } = {}) {
  let said = '';
  const say = async args => (said += both(await p.run(args)));
  for (const shape of Object.values(SHAPES)) {
    use(shape);
    await say(`${flow} --trace trace.txt -v`);
    if (shape === SHAPES.plain || shape === SHAPES.base64) await say(`${flow} --json --trace trace.txt`);
  }
  use(SHAPES.plain);
  for (const args of [`${flow} --dry-run -v`, 'check --trace trace.txt', 'status', 'queue list --all', 'queue list --all --json'])
    await say(args);
  for (const [where, text] of Object.entries(traces(p, said, { except: ['secret', 'erpsync.conf'] })))
    for (const secret of secrets()) {
      /* The token that serves the next run stands in the state file, behind its key, and nowhere else. */
      const looked = /\.db/.test(where) && kept ? text.replaceAll(kept + secret, '') : text;
      const at = looked.toLowerCase().indexOf(secret.toLowerCase());
      assert.deepEqual(shapesIn(looked, secret), [], `${where}: ${at < 0 ? '' : looked.slice(Math.max(0, at - 200), at + 60)}`);
    }
  return said;
}

test('shapes are found by the test itself', () => {
  for (const [name, shape] of Object.entries(SHAPES))
    if (name !== 'cut off') assert.notDeepEqual(shapesIn(`… ${shape(SECRET)} …`, SECRET), [], name);
});

for (const [where, answer] of Object.entries(OAUTH_ERRORS))
  test(`client secret in an OAuth answer: ${where}`, async t => {
    let shape;
    const p = await place(t, { sandbox: { orders: 4, clientSecret: SECRET }, bin: BIN_PLAIN });
    const url = await quotingProxy(t, p.sandbox.url, ({ path }) => (path === TOKEN_PATH ? answer(shape(SECRET)) : null));
    p.configure({ store: { url } });
    const said = await nothingIsKept(p, 'orders export', s => (shape = s), () => [SECRET]);
    assert.match(said, /token/, 'the run did fail at this');
  });

for (const [where, answer] of Object.entries(SHOP_ERRORS))
  test(`access token in an answer of the shop: ${where}`, async t => {
    let shape;
    const p = await place(t, { sandbox: { orders: 4, clientSecret: SECRET }, conf: { net: { retries: 0 } }, bin: BIN_PLAIN });
    const url = await quotingProxy(t, p.sandbox.url, ({ path, headers }) =>
      path === TOKEN_PATH ? null : answer(shape(headers['x-shopify-access-token'])),
    );
    p.configure({ store: { url } });
    shape = SHAPES.plain;
    await p.run('orders export');
    assert.ok([...p.sandbox.auth.tokens.keys()].every(token => token.length > 20));
    const kept = `oauth ${url}${TOKEN_PATH} ${p.sandbox.clientId}`;
    const tokens = () => [...p.sandbox.auth.tokens.keys()];
    const said = await nothingIsKept(p, 'orders export', s => (shape = s), tokens, { kept });
    assert.match(said, /erpsync: .*Shopify|HTTP|answered/i);
  });

test('access token in userErrors of a write, and in the reason of a parked record', async t => {
  let shape, mail = '';
  const p = await stockPlace(t, { bin: BIN_PLAIN });
  plainLevels(p.sandbox, ['SOLO-1'], [LYON], 100);
  const url = await quotingProxy(t, p.sandbox.url, ({ text, headers }) =>
    /mutation/.test(text)
      ? {
          after: body => {
            const answered = JSON.parse(body);
            for (const key of Object.keys(answered.data ?? {}))
              answered.data[key].userErrors = [{ field: ['input'], code: 'INVALID',
                message: `${shape(headers['x-shopify-access-token'])} ${mail}` }];
            return JSON.stringify(answered);
          },
        }
      : null,
  );
  p.configure({ store: { url } });
  const kept = `oauth ${url}${TOKEN_PATH} ${p.sandbox.clientId}`;
  /* Less each time: that is written whatever the shop moved meanwhile. */
  let n = 90;
  mail = 'from jane.doe@example.com, tel. (555) 123-4567';
  const use = s => {
    shape = s;
    stockFile(p, [['SOLO-1', 'MAIN', n--]]);
  };
  const hidden = () => [...p.sandbox.auth.tokens.keys(), 'jane.doe@example.com', '(555) 123-4567'];
  assert.match(await nothingIsKept(p, 'inventory pull', use, hidden, { kept }), /'SOLO-1' at '[^']*': \*\*\* from \*\*\*, tel\. \*\*\*/);
});

/** An Odoo that knows its version and answers everything else by `answer`. */
const odooPlace = async (t, api, answer, key, knowsUser = false) => {
  const version = api === 'json2' ? 19 : 17;
  const url = await quotingProxy(t, '', ({ path, text }) => {
    if (path === '/web/version')
      return version < 19 ? { status: 404 } : json({ version_info: [version, 0, 0], version: `${version}.0` });
    if (/"version"/.test(text) && /common/.test(text))
      return json({ result: { server_version_info: [version, 0], server_version: `${version}.0` } });
    if (/"authenticate"/.test(text) && knowsUser) return json({ result: 7 });
    return answer();
  });
  const p = new Place(tempDir(t), {
    conf: {
      store: { connector: 'shopify', url: 'http://127.0.0.1:9', client_id: 'x', client_secret_file: 'secret' },
      erp: { connector: 'odoo', path: null, url, database: 'db', login: 'erpsync@shop.example', api_key_file: 'secret' },
      inventory: { quantity: 'on_hand' },
      net: { retries: 0 },
    },
    bin: BIN_PLAIN,
  });
  p.write('secret', `${key}\n`, 0o600);
  return p;
};
const ODOO_ERRORS = {
  'JSON-RPC message': q => json({ error: { message: `${q} is wrong` } }),
  'JSON-RPC data': q => json({ error: { message: 'x', data: { name: 'odoo.exceptions.AccessDenied', message: `no ${q}`, debug: q } } }),
  'JSON-2 message': q => ({ status: 401, body: { name: 'werkzeug.exceptions.Unauthorized', message: `no ${q}`, debug: q } }),
  'page of HTML': q => ({ status: 500, body: `<html>${q}`, headers: { 'content-type': 'text/html', 'x-request-id': q.replace(/[^!-~]/g, '') } }),
};
for (const [where, answer] of Object.entries(ODOO_ERRORS))
  test(`API key in an answer of Odoo: ${where}`, async t => {
    let shape;
    const api = /JSON-2/.test(where) ? 'json2' : 'jsonrpc';
    const p = await odooPlace(t, api, () => answer(shape(SECRET)), SECRET, !/data/.test(where));
    const said = await nothingIsKept(p, 'inventory pull', s => (shape = s), () => [SECRET]);
    assert.match(said, /Odoo says|answered 500/);
  });

test('a short password is hidden as a word, and hides nothing else', async t => {
  const p = await odooPlace(t, 'jsonrpc', () => json({ error: { message: 'x', data: { name: 'odoo.exceptions.AccessDenied',
    message: "password 'admin' of administrator" } } }), 'admin');
  const { stderr } = await p.run('check -v');
  const { stdout } = await p.run('check --json');
  assert.match(stdout + stderr, /password '\*\*\*' of administrator/);
});

test('a secret as the name of a file, in an error before it is asked for', async t => {
  const secret = 'secret_in_a_path_0123';
  const p = await place(t, { sandbox: { orders: 4, clientSecret: secret }, bin: BIN_PLAIN });
  p.configure({ store: { client_secret_file: null, client_secret: secret }, erp: { path: `${secret}/out` } });
  p.write(secret, 'no folder');
  const said = both(await p.run('orders export -v'));
  assert.match(said, /\*\*\*\/out/);
  assert.ok(!said.includes(secret), said);
});
