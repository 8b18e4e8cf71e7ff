// One GraphQL request, from the body to the answer: parse, validate, coerce, weigh, take points, execute, give back.
//
// An answer is { status, json, code, cost }: code is what the request log shows (null when all is well).

import { execute, getVariableValues, getNamedType, typeFromAST, GraphQLError } from 'graphql';
import { documentOf, planOf, schemaOf } from './schema.mjs';
import { requestedCost, actualCost, pageErrors } from './cost.mjs';
import { resolveField } from './fields.mjs';
import { parseGid } from './errors.mjs';
import { mutationErrors } from './mutations.mjs';

export const MAXIMUM_COST = 1000;
const LIMITS = 'https://shopify.dev/api/usage/rate-limits';

const refuse = (errors, code = null) => ({
  status: 200,
  json: { errors: errors.map(e => (e.toJSON ? e.toJSON() : e)) },
  code: code ?? errors[0].extensions?.code ?? 'error',
  cost: null,
});
const INTERNAL = 'Internal error. Looks like something went wrong on our end.';
const plain = (message, code, more = {}) => ({ message, extensions: { code, ...more } });

export const throttled = (context, requested) => ({
  status: 200,
  code: 'THROTTLED',
  cost: { requested, actual: null },
  json: {
    errors: [plain('Throttled', 'THROTTLED', { documentation: LIMITS })],
    extensions: {
      cost: { requestedQueryCost: requested, actualQueryCost: null, throttleStatus: context.bucket.status() },
    },
  },
});
const tooExpensiveText = cost =>
  `Query cost is ${cost}, which exceeds the single query max cost limit (${MAXIMUM_COST}).

See https://shopify.dev/concepts/about-apis/rate-limits for more information on how the
cost of a query is calculated.

To query larger amounts of data with fewer limits, bulk operations should be used instead.
See https://shopify.dev/tutorials/perform-bulk-operations-with-admin-api for usage details.`;

export const tooExpensive = cost => ({
  status: 200,
  code: 'MAX_COST_EXCEEDED',
  cost: { requested: cost, actual: null },
  json: {
    errors: [
      plain(tooExpensiveText(cost), 'MAX_COST_EXCEEDED', { cost, maxCost: MAXIMUM_COST, documentation: LIMITS }),
    ],
  },
});

/** Reads the body; { query, variables, operationName } or an answer that refuses it. */
export function readBody(request) {
  const bad = key => ({
    answer: {
      status: 400,
      json: { errors: { [key]: 'Required parameter missing or invalid' } },
      code: 'bad_request',
      cost: null,
    },
  });
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) return bad('query');
  let body;
  try {
    body = JSON.parse(request.body.toString('utf8'));
  } catch {
    return bad('json');
  }
  if (!body || typeof body !== 'object' || typeof body.query !== 'string' || body.query.trim() === '')
    return bad('query');
  const { query, variables = null, operationName = null } = body;
  if (variables !== null && (typeof variables !== 'object' || Array.isArray(variables))) return bad('variables');
  return { query, variables: variables ?? {}, operationName };
}

/** Finds the operation and coerces the variables; null where it had to refuse, with `answer` set. */
function prepare(version, body) {
  const entry = documentOf(version, body.query);
  if (entry.errors.length) return { answer: refuse(entry.errors) };
  const { operations } = entry;
  const operation = body.operationName
    ? operations.find(o => o.name?.value === body.operationName)
    : operations.length === 1
      ? operations[0]
      : null;
  if (!operation)
    return {
      answer: refuse([
        plain(
          body.operationName ? `No operation named "${body.operationName}"` : 'An operation name is required',
          'operationNotFound',
        ),
      ]),
    };
  const { schema } = schemaOf(version);
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], body.variables, {
    maxErrors: 20,
  });
  if (errors)
    return {
      answer: refuse(
        errors.map(
          e =>
            new GraphQLError(e.message, {
              nodes: e.nodes,
              extensions: { code: 'INVALID_VARIABLE', problems: [{ path: [], explanation: e.message }] },
            }),
        ),
      ),
    };
  const ids = checkIds(schema, operation, coerced);
  if (ids.length) return { answer: refuse(ids) };
  return { entry, operation, variables: coerced };
}

/** Every value of an ID variable has to be a global id. */
function checkIds(schema, operation, variables) {
  const errors = [];
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value,
      value = variables[name];
    if (value === undefined || value === null || getNamedType(typeFromAST(schema, definition.type))?.name !== 'ID')
      continue;
    for (const id of Array.isArray(value) ? value : [value]) {
      try {
        parseGid(id);
      } catch (error) {
        errors.push(
          new GraphQLError(`Variable $${name} of type ${printType(definition.type)} was provided invalid value`, {
            nodes: definition,
            extensions: { ...error.extensions, value },
          }),
        );
      }
    }
  }
  return errors;
}
const printType = t =>
  t.kind === 'NonNullType' ? `${printType(t.type)}!` : t.kind === 'ListType' ? `[${printType(t.type)}]` : t.name.value;

/** context: { version, orders, auth, clock, bucket, personal, nodesEach, costs } -> answer. `forced`: a fault by name. */
export function answerGraphql(context, request, forced = null) {
  const body = readBody(request);
  if (body.answer) return body.answer;
  const { entry, operation, variables, answer } = prepare(context.version, body);
  if (answer) return answer;
  const plan = planOf(context.version, entry, operation);
  const pages = pageErrors(plan, variables);
  if (pages.length) return refuse(pages);
  if (operation.operation === 'mutation') {
    const errors = mutationErrors(context.version, schemaOf(context.version).schema, operation, variables);
    if (errors.length) return refuse(errors);
  }
  const requested = requestedCost(plan, variables, context.nodesEach);
  if (requested > MAXIMUM_COST) return tooExpensive(requested);
  if (forced === 'max_cost') return tooExpensive(Math.max(requested, MAXIMUM_COST + 1));
  if (forced === 'throttled') return throttled(context, requested);
  if (!context.bucket.take(requested)) return throttled(context, requested);

  if (forced === 'internal_error_before') return refuse([plain(INTERNAL, 'INTERNAL_SERVER_ERROR')]);

  const run = { ...context, search: [], forced };
  const result = execute({
    schema: schemaOf(context.version).schema,
    document: entry.document,
    operationName: operation.name?.value,
    variableValues: variables,
    contextValue: run,
    fieldResolver: resolveField,
    rootValue: {},
  });
  const actual = Math.min(requested, actualCost(plan, result.data, context.nodesEach));
  context.bucket.refund(requested - actual);
  const errors = result.errors?.map(e => e.toJSON());
  const cost = { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: context.bucket.status() };
  const json = {
    data: result.data,
    ...(errors ? { errors } : {}),
    extensions: { cost, ...(run.search.length ? { search: run.search } : {}) },
  };
  return {
    status: 200,
    json,
    code: errors ? (errors[0].extensions?.code ?? 'error') : null,
    cost: { requested, actual },
  };
}

/** Variables as the client sent them, for the log; and the operation's name. */
export function describe(request) {
  try {
    const { query, variables, operationName } = JSON.parse(request.body.toString('utf8'));
    return {
      operation:
        operationName ??
        /\b(?:query|mutation|subscription)\s+([A-Za-z_]\w*)/.exec(query.replace(/#[^\n]*/g, ''))?.[1] ??
        null,
      variables: variables ?? null,
      mutation: /^\s*mutation\b/m.test(query),
    };
  } catch {
    return { operation: null, variables: null, mutation: false };
  }
}
