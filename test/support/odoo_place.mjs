// A place whose Odoo is a recording (odoo_replay.mjs), gone through step by step, at the time when it was recorded: shop, Odoo
// and erpsync have its clock, so that no moment of a document is another one.

import { recording, replay } from './odoo_replay.mjs';
import { SCENARIOS, writeTables } from './odoo_scenarios.mjs';
import { place } from './place.mjs';

/**
 * A scenario with this version of Odoo, at its beginning: step(i, mutate) runs its next step and gives how it ended,
 * { …run's, told: its JSON, delivered: { record: target } }, targets by the id that Odoo has them under; upTo(i) is
 * before step i, with the shop as it is then.
 */
export async function recordedPlace(t, version, name) {
  const { sandbox, conf, steps } = SCENARIOS[name];
  const recorded = recording(version, name);
  const shift = recorded.at - Math.floor(Date.now() / 1000);
  const server = await replay(t, shift);
  const erp = { connector: 'odoo', path: null, url: server.url, database: 'erp', login: 'erpsync', api_key_file: 'key' };
  const p = await place(t, {
    sandbox: { orders: 0, ...sandbox, freeze: recorded.at * 1000 },
    env: { ERPSYNC_CLOCK_SHIFT: shift },
    conf: { mappings: { path: 'mappings' }, net: { retries: 0, max_wait: '1s' }, ...conf, erp },
  });
  p.sandbox.setClock({ freeze: false });
  p.write('key', 'KEY\n', 0o600);
  writeTables(p);
  const here = {
    p,
    server,
    async prepare(i) {
      steps[i].before?.(p.sandbox);
      await steps[i].prepare?.(p);
    },
    async step(i, mutate = null) {
      server.use(recorded.steps[i], mutate);
      const end = await p.run([...steps[i].run.split(' '), '--json']);
      const told = end.stdout.startsWith('{') ? JSON.parse(end.stdout) : {};
      const there = (told.records ?? []).filter(({ outcome }) => ['created', 'updated', 'found there', 'unchanged'].includes(outcome));
      return { ...end, told, delivered: Object.fromEntries(there.map(({ record, target }) => [record, /\(\d+\)$/.exec(target)?.[0] ?? target])) };
    },
    async upTo(i) {
      for (let k = 0; k < i; k++) {
        await here.prepare(k);
        await here.step(k);
      }
      await here.prepare(i);
      return here;
    },
  };
  return here;
}
