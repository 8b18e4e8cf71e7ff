// Records what a real Odoo answers in the scenarios of ../support/odoo_scenarios.mjs, for tests that have none:
//
//   node test/live/recorder.mjs [SCENARIO...]     writes ../data/odoo
//
// Odoo must run (scripts/odoo up 19). The answers hold the master data and the sandbox's made-up people only.

import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { RECORDINGS, questionOf, shapeOf } from '../support/odoo_replay.mjs';
import { SCENARIOS, writeTables } from '../support/odoo_scenarios.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { freshOdoo } from './odoo.mjs';
import { livePlace } from './place.mjs';

/** Passes everything on to Odoo, with the scenario's conditions added, and writes down question and answer. */
async function between(odoo, narrow) {
  const told = { answers: {} };
  const server = http.createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const text = Buffer.concat(parts).toString();
    const question = questionOf(request.url, text);
    const more = narrow[question.method.split('/')[0]];
    const narrowed = more && question.args.domain && !question.method.endsWith('/load');
    const body = narrowed ? JSON.stringify({ ...question.args, domain: [...more, ...question.args.domain] }) : text;
    const { 'content-length': _, host: __, connection: ___, ...headers } = request.headers;
    const answer = await fetch(`${odoo.url}${request.url}`, { method: request.method, headers, ...(text && { body }) });
    const said = await answer.text();
    const json = answer.headers.get('content-type')?.includes('json');
    if (json) (told.answers[shapeOf(question)] ??= []).push({ status: answer.status, result: JSON.parse(said) });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type'), date: answer.headers.get('date') });
    response.end(said);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, told, close: () => server.close() };
}

/** A scenario against a real Odoo: its steps with { run, answers }. */
export async function record(t, odoo, scenario) {
  const proxy = await between(odoo, scenario.narrow);
  t.after(() => proxy.close());
  const p = await livePlace(t, odoo, {
    sandbox: { orders: 0, ...scenario.sandbox },
    bin: BIN_PLAIN,
    conf: { mappings: { path: 'mappings' }, ...scenario.conf, erp: { url: proxy.url } },
  });
  writeTables(p);
  const steps = [];
  for (const { before, people, run, status } of scenario.steps) {
    proxy.told.answers = {};
    before?.(p.sandbox);
    await people?.(odoo);
    const end = await p.run(run.split(' '));
    ended(end, status, `${run}: ${p.read('erpsync.log').trim().split('\n').at(-1)}`);
    steps.push({ run, answers: proxy.told.answers });
  }
  return steps;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const ends = [];
  const t = { after: work => ends.unshift(work) };
  fs.mkdirSync(RECORDINGS, { recursive: true });
  try {
    for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SCENARIOS)) {
      const steps = await record(t, await freshOdoo(t, '19'), SCENARIOS[name]);
      fs.writeFileSync(path.join(RECORDINGS, `${name}.json`), lines(steps));
      console.log(`${name}: ${steps.map(({ answers }) => Object.keys(answers).length).join(' + ')} questions`);
    }
  } finally {
    for (const work of ends) await work();
  }
}

/** JSON with a line for each question, so that a change can be read. */
function lines(steps) {
  const text = steps.map(({ run, answers }) => {
    const all = Object.entries(answers).map(([shape, list]) => `    ${JSON.stringify(shape)}: ${JSON.stringify(list)}`);
    return `  {"run": ${JSON.stringify(run)}, "answers": {\n${all.join(',\n')}\n  }}`;
  });
  return `[\n${text.join(',\n')}\n]\n`;
}
