// Mutations: what is refused before one runs (keys, array sizes, scopes), and where each is carried out.
//
// A mutation checks everything first and changes everything after, so that a refused one has changed nothing.

import { getArgumentValues, GraphQLError } from 'graphql';
import { denied, notImitated } from './errors.mjs';
import { keyOf, keyProblem, keyError } from './idempotency.mjs';
import { INVENTORY } from './inventory-mutations.mjs';
import { PRODUCTS } from './product-mutations.mjs';
import { PRODUCT_SET } from './product-set.mjs';
import { CUSTOM_DATA } from './custom-data.mjs';
import { FULFILLMENTS } from './fulfillment-mutations.mjs';

/** name -> { scopes (any of them), run(args, context) -> payload, recheck? }. */
const MUTATIONS = { ...INVENTORY, ...PRODUCTS, ...PRODUCT_SET, ...CUSTOM_DATA, ...FULFILLMENTS };

/** Input arrays may hold 250 elements, with the exceptions the vendor documents. */
const MAXIMUM = 250;
const EXCEPTIONS = { variants: 2048, fulfillmentOrderLineItems: 512, inventoryQuantities: 50000 };

function arrayErrors(value, path, node, errors) {
  if (!value || typeof value !== 'object') return;
  const most = EXCEPTIONS[path.at(-1)] ?? MAXIMUM;
  if (Array.isArray(value) && value.length > most)
    errors.push(
      new GraphQLError(`The input array size of ${value.length} is greater than the maximum allowed of ${most}.`, {
        nodes: node,
        path,
        extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' },
      }),
    );
  for (const [key, inner] of Object.entries(value)) arrayErrors(inner, [...path, key], node, errors);
}

/** Everything that stops a mutation document before it is executed. */
export function mutationErrors(version, schema, operation, variables) {
  const errors = [];
  for (const node of operation.selectionSet.selections) {
    if (node.kind !== 'Field') return [notImitated('fragments at the root of a mutation')];
    const name = node.name.value,
      definition = schema.getMutationType().getFields()[name];
    if (!definition) continue; // __typename
    if (!MUTATIONS[name]) return [notImitated(`Mutation.${name}`)];
    arrayErrors(getArgumentValues(definition, node, variables), [name], node, errors);
    const problem = keyProblem(version, definition, name, keyOf(schema, node, variables), node);
    if (problem) errors.push(problem);
  }
  return errors;
}

const FORCED = {
  idempotency_concurrent: 'IDEMPOTENCY_CONCURRENT_REQUEST',
  idempotency_failed: 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED',
};

/** Carries out one root field of a mutation. */
export function runMutation(name, args, context, info) {
  const { scopes, run, recheck } = MUTATIONS[name];
  if (!scopes.some(scope => context.auth.scopes.has(scope))) throw denied(name, ...scopes);
  const key = keyOf(info.schema, info.fieldNodes[0], info.variableValues);
  const refuse = code => ({ userErrors: [keyError(code)] });
  if (FORCED[context.forced] && key !== null) return refuse(FORCED[context.forced]);
  return context.idempotency.run(key, name, args, {
    action: () => run(args, context),
    refuse,
    recheck: recheck && (() => recheck(args, context)),
  });
}
