// The vendor's own schemas, one per API version, loaded when first asked for; and documents checked against them.
//
// The files are fetched by test/sandbox/setup; see README.md for where they come from.

import fs from 'node:fs';
import zlib from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { buildClientSchema, parse, validate, specifiedRules, GraphQLError } from 'graphql';
import { costPlan } from './cost.mjs';

const DIRECTORY = fileURLToPath(new URL('../schema/', import.meta.url));
export const VERSIONS = ['2026-01', '2026-04', '2026-07', '2026-10'];
const schemas = new Map();

/** The version that serves a request for `asked`: itself, the oldest for an expired one, null for one not there yet. */
export function servedVersion(asked) {
  if (VERSIONS.includes(asked)) return asked;
  const form = /^(20\d\d)-(01|04|07|10)$/.test(asked);
  return form && asked < VERSIONS[0] ? VERSIONS[0] : null;
}

/** What the vendor publishes is a valid schema: to check that takes a while. */
export function schemaOf(version) {
  if (!schemas.has(version)) {
    const file = `${DIRECTORY}admin_${version}.json.gz`;
    if (!fs.existsSync(file)) throw new Error(`${file} is missing: run test/sandbox/setup first`);
    const json = JSON.parse(zlib.gunzipSync(fs.readFileSync(file)));
    schemas.set(version, { version, schema: buildClientSchema(json.data ?? json, { assumeValid: true }), documents: new Map() });
  }
  return schemas.get(version);
}

/** extensions.code by the rule that refused; the vendor's names where they are known. */
const CODES = {
  FieldsOnCorrectTypeRule: 'undefinedField',
  ScalarLeafsRule: 'selectionMismatch',
  KnownArgumentNamesRule: 'argumentNotAccepted',
  ProvidedRequiredArgumentsRule: 'missingRequiredArguments',
  ValuesOfCorrectTypeRule: 'argumentLiteralsIncompatible',
  VariablesInAllowedPositionRule: 'variableMismatch',
  NoUndefinedVariablesRule: 'variableNotDefined',
  NoUnusedVariablesRule: 'variableNotUsed',
  KnownTypeNamesRule: 'undefinedType',
  VariablesAreInputTypesRule: 'variableRequiresValidType',
  KnownFragmentNamesRule: 'useAndDefineFragment',
  NoUnusedFragmentsRule: 'useAndDefineFragment',
  FragmentsOnCompositeTypesRule: 'fragmentOnNonCompositeType',
  PossibleFragmentSpreadsRule: 'cannotSpreadFragment',
  OverlappingFieldsCanBeMergedRule: 'fieldConflict',
  KnownDirectivesRule: 'undefinedDirective',
  UniqueArgumentNamesRule: 'argumentNotUnique',
  UniqueVariableNamesRule: 'variableNotUnique',
  UniqueOperationNamesRule: 'uniquelyNamedOperations',
  LoneAnonymousOperationRule: 'uniquelyNamedOperations',
};
const tag = (error, code) =>
  new GraphQLError(error.message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    extensions: { ...error.extensions, code },
  });
/** Each rule reports through a context of its own, so that an error knows the rule it comes from. */
const RULES = specifiedRules.map(rule => context => {
  const own = Object.create(context);
  own.reportError = error => context.reportError(tag(error, CODES[rule.name] ?? 'invalidDocument'));
  return rule(own);
});

/** { document, errors, plans } of a query text; parsed and validated once. */
export function documentOf(version, text) {
  const { schema, documents } = schemaOf(version);
  let entry = documents.get(text);
  if (entry) return entry;
  entry = { document: null, errors: [], operations: [], plans: new Map() };
  try {
    entry.document = parse(text);
    entry.errors = validate(schema, entry.document, RULES, { maxErrors: 50 });
    entry.operations = entry.document.definitions.filter(d => d.kind === 'OperationDefinition');
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    entry.errors = [tag(error, 'parseError')];
  }
  if (documents.size >= 300) documents.delete(documents.keys().next().value);
  documents.set(text, entry);
  return entry;
}

/** The cost plan of one operation of a valid document. */
export function planOf(version, entry, operation) {
  if (!entry.plans.has(operation))
    entry.plans.set(operation, costPlan(schemaOf(version).schema, entry.document, operation));
  return entry.plans.get(operation);
}
