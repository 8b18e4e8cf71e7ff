// The sandbox as a program: prints one `sandbox: URL` line and the credentials when ready, then serves until killed.

import { parseArgs } from 'node:util';
import { startSandbox, DEFAULTS, KIND_NAMES } from './index.mjs';

const OPTIONS = {
  port: ['port', 'PORT', 'port on 127.0.0.1; 0 takes a free one', Number],
  orders: ['orders', 'N', 'orders at start', Number],
  seed: ['seed', 'S', 'another seed, other orders', Number],
  nasty: ['nasty', 'on|off|KIND,…', 'every eighth order is nasty'],
  bucket: ['bucket', 'POINTS', 'size of the cost bucket', Number],
  restore: ['restore', 'POINTS', 'points restored per second', Number],
  speed: ['speed', 'X', 'multiplies bucket and restore rate', Number],
  'nodes-cost': ['nodesCost', 'once|each', 'cost of nodes(ids:)'],
  'token-ttl': ['tokenTtl', 'SECONDS', 'life of an access token', Number],
  scopes: ['scopes', 'a,b', 'granted access scopes'],
  'personal-data': ['personalData', 'on|off|denied', 'protected customer data'],
  zone: ['zone', 'NAME', 'time zone of the shop; Europe/Paris'],
  'index-lag': ['indexLag', 'MS', 'delay of the search index', Number],
  'span-days': ['spanDays', 'DAYS', 'how far back the orders go', Number],
  variants: ['variants', 'N', 'variants in the catalogue, at least', Number],
  skus: ['skus', 'nasty|clean', 'with or without the shelf of nasty SKUs'],
  replay: ['replay', 'first|check', 'what a repeated idempotency key gets'],
  'client-id': ['clientId', 'TEXT', 'client id'],
  'client-secret': ['clientSecret', 'TEXT', 'client secret'],
  'access-token': ['accessToken', 'TEXT', 'static access token'],
  freeze: ['freeze', 'TIME', 'freeze the clock at this time'],
  faults: ['faults', 'JSON', 'fault plan', JSON.parse],
};

function usage() {
  const rows = Object.entries(OPTIONS).map(([name, [key, value, text]]) => {
    const preset = DEFAULTS[key];
    const shown = typeof preset === 'number' || typeof preset === 'string' ? ` [${preset}]` : '';
    return `  ${`--${name} ${value}`.padEnd(30)}${text}${shown}`;
  });
  return `usage: node server.mjs [options]\n\n${rows.join('\n')}\n\nnasty kinds: ${KIND_NAMES.join(', ')}\n`;
}

let values;
try {
  ({ values } = parseArgs({
    options: {
      ...Object.fromEntries(Object.keys(OPTIONS).map(name => [name, { type: 'string' }])),
      help: { type: 'boolean' },
    },
  }));
} catch (error) {
  console.error(`${error.message}\n${usage()}`);
  process.exit(64);
}
if (values.help) {
  console.log(usage());
  process.exit(0);
}

const options = {};
for (const [name, text] of Object.entries(values)) {
  const [key, , , convert = String] = OPTIONS[name];
  options[key] = convert(text);
  if (Number.isNaN(options[key])) {
    console.error(`--${name}: "${text}" is not a number`);
    process.exit(64);
  }
}
const sandbox = await startSandbox(options).catch(error => {
  console.error(`sandbox: ${error.message}`);
  process.exit(69);
});
const { url, clientId, clientSecret, accessToken } = sandbox;
console.log(`sandbox: ${url}`);
console.log(`client_id: ${clientId}\nclient_secret: ${clientSecret}\naccess_token: ${accessToken}`);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => sandbox.close().then(() => process.exit(0)));
