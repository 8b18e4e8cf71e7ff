// Every document of the project is valid on every version: those of the tests here and those of the program.

import test from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, visit } from 'graphql';
import { VERSIONS } from './index.mjs';
import { documentOf } from './lib/schema.mjs';
import * as orders from './documents.mjs';
import * as flows from './flow-documents.mjs';

const check = (version, name, text) => {
  const { errors } = documentOf(version, text);
  assert.deepEqual(
    errors.map(e => e.message),
    [],
    `${name} on ${version}`,
  );
};

test('the documents of these tests', () => {
  for (const version of VERSIONS)
    for (const [name, text] of Object.entries({ ...orders, ...flows })) {
      const old = version < '2026-04';
      if (name === 'LEVELS' && old) {
        const messages = documentOf(version, text).errors.map(e => e.message);
        assert.match(messages.join(), /includeInactive/, 'the older version has neither argument nor field');
        assert.match(messages.join(), /isActive/);
      } else check(version, name, text);
    }
});

/** The program's documents: fragments live in files of their own. `name_2026_01` is for that version only. */
test("the program's documents", () => {
  const folder = fileURLToPath(new URL('../../lib/connectors/shopify/graphql/', import.meta.url));
  const files = fs.readdirSync(folder).filter(name => name.endsWith('.graphql'));
  const texts = new Map(files.map(name => [name.slice(0, -8), fs.readFileSync(folder + name, 'utf8')]));
  const fragments = new Map();
  for (const text of texts.values())
    for (const d of parse(text).definitions)
      if (d.kind === 'FragmentDefinition') fragments.set(d.name.value, text.slice(d.loc.start, d.loc.end));
  const complete = text => {
    const have = new Set(),
      parts = [text];
    for (let k = 0; k < parts.length; k++) {
      const document = parse(parts[k]);
      for (const d of document.definitions) if (d.kind === 'FragmentDefinition') have.add(d.name.value);
      visit(document, {
        FragmentSpread({ name: { value } }) {
          if (have.has(value) || !fragments.has(value)) return;
          have.add(value);
          parts.push(fragments.get(value));
        },
      });
    }
    return parts.join('\n');
  };
  let checked = 0;
  for (const [name, text] of texts) {
    if (!parse(text).definitions.some(d => d.kind === 'OperationDefinition')) continue;
    const only = /_(20\d\d)_(\d\d)$/.exec(name);
    /* What a document says of itself; the program refuses older versions. */
    const since = /^#.* Since (20\d\d-\d\d):/m.exec(text)?.[1] ?? VERSIONS[0];
    for (const version of VERSIONS) {
      if (version < since) continue;
      const mine = only ? version === `${only[1]}-${only[2]}` : !texts.has(`${name}_${version.replace('-', '_')}`);
      if (mine) check(version, name, complete(text));
      if (mine) checked++;
    }
  }
  assert.ok(checked >= 4, 'the folder was read');
});
