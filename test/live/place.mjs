// A place to run erpsync in (../support/place.mjs) whose ERP is a real Odoo.

import fs from 'node:fs';
import { place } from '../support/place.mjs';
import { BIN, ended } from '../support/run.mjs';

/** options as for place(); conf.erp adds to what the connector needs, or changes it. */
export function livePlace(t, odoo, { conf = {}, ...options } = {}) {
  return place(t, { ...options, conf: { ...conf, erp: { ...erpConf(odoo), ...conf.erp } } });
}

/** The section [erp] for a user of this Odoo. */
export function erpConf(odoo, login = 'erpsync') {
  const { url, database, keyFiles } = odoo;
  return { connector: 'odoo', path: null, url, database, login, api_key_file: keyFiles[login] };
}

/** The numbered steps that a command comes by, where it ends with this status: steps(name) are those of one name. */
export async function stepsOf(p, command, status = 0) {
  const log = p.path('steps');
  ended(await p.run(command, { bin: BIN, env: { ERPSYNC_STEP_LOG: log } }), status);
  const steps = fs.readFileSync(log, 'utf8').trim().split('\n');
  fs.rmSync(log);
  return name => steps.map(line => line.split(/ (.*)/)).flatMap(([number, step]) => (step === name ? [number] : []));
}
