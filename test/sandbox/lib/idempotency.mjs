// @idempotent: keys that the vendor remembers for 24 hours, per app and shop.
//
// The same key with the same variables gives the first result and runs nothing; with other variables it is refused; after
// an attempt that was refused the key is spent. Developers have also seen a repeated key answered by a fresh check of
// changeFromQuantity instead of the first result: `replay: "check"` imitates that (nothing runs twice there either).

import { getDirectiveValues, GraphQLError } from 'graphql';

const KEPT_MS = 24 * 3600 * 1000;
const REQUIRED_FROM = '2026-04';

/** Takes the directive or not: the vendor says so in the description of the mutation, and nowhere else. */
const takesKey = definition => /@idempotent/.test(definition.description ?? '');

/** The key of a root field, or null. */
export function keyOf(schema, node, variables) {
  const values = getDirectiveValues(schema.getDirective('idempotent'), node, variables);
  return values ? values.key : null;
}

/** Refusal before anything runs, or null. */
export function keyProblem(version, definition, name, key, node) {
  const refuse = message =>
    new GraphQLError(message, { nodes: node, path: [name], extensions: { code: 'BAD_REQUEST' } });
  if (key !== null && !takesKey(definition))
    return refuse(`The @idempotent directive is not supported on the ${name} mutation.`);
  if (key !== null && key.trim() === '')
    return refuse('The idempotency key cannot be an empty string or whitespace only.');
  if (key === null && takesKey(definition) && version >= REQUIRED_FROM)
    return refuse('The @idempotent directive is required for this mutation but was not provided.');
  return null;
}

const TEXT = {
  IDEMPOTENCY_KEY_PARAMETER_MISMATCH:
    'The request with this idempotency key has different parameters than the original request.',
  IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED:
    'A previous request with this idempotency key failed. Retry with a new idempotency key.',
  IDEMPOTENCY_CONCURRENT_REQUEST: 'This request is currently in progress, please try again.',
};
export const keyError = code => ({ field: null, message: TEXT[code], code });

export class Idempotency {
  constructor(clock, replay = 'first') {
    Object.assign(this, { clock, replay, keys: new Map() });
  }
  /**
   * Runs `action` under the key. `recheck(result)` tells for replay "check" whether the first result still stands.
   * Results are { userErrors, … }; refuse(code) makes one.
   */
  run(key, name, args, { action, refuse, recheck = null }) {
    if (key === null) return action();
    const now = this.clock.now(),
      print = `${name} ${JSON.stringify(args)}`,
      seen = this.keys.get(key);
    if (seen && now - seen.at < KEPT_MS) {
      if (seen.print !== print) return refuse('IDEMPOTENCY_KEY_PARAMETER_MISMATCH');
      if (seen.result.userErrors.length) return refuse('IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED');
      return (this.replay === 'check' && recheck?.(seen.result)) || seen.result;
    }
    const result = action();
    this.keys.set(key, { at: now, print, result });
    return result;
  }
  list() {
    return [...this.keys].map(([key, { at, print, result }]) => ({
      key,
      at: new Date(at).toISOString(),
      mutation: print.split(' ')[0],
      arguments: JSON.parse(print.slice(print.indexOf(' '))),
      refused: result.userErrors.length > 0,
    }));
  }
}
