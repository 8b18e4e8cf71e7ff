// The fault plan: rules that make single requests go wrong, as networks and busy services do.
//
// A rule is { fault, ...when, ...parameters }. When: `operation` (GraphQL operation name), `path` (prefix), `nth` (the
// nth request that fits, counted since the rule was set; a list is allowed), `from` (this and all later ones), `every`
// (each nth), `probability` with `seed`, `count` (how often at most; nth alone means once). The first rule that fires wins.

import { Random } from './random.mjs';

/** `before`: the request is not carried out (late: not until sandbox.arrive()); `within`: GraphQL answers so; `after`: carried out, the answer spoiled. */
export const FAULTS = {
  drop_before: 'before',
  late: 'before',
  hang: 'before',
  http: 'before',
  redirect: 'before',
  unauthorized: 'before',
  throttled: 'within',
  max_cost: 'within',
  internal_error_before: 'within',
  idempotency_concurrent: 'within',
  idempotency_failed: 'within',
  drop_after: 'after',
  hang_after: 'after',
  http_after: 'after',
  truncated: 'after',
  cut_json: 'after',
  malformed_json: 'after',
  empty_body: 'after',
  slow: 'after',
  internal_error: 'after',
  internal_error_after: 'after',
  partial_data: 'after',
  access_denied: 'after',
  wrong_version: 'after',
};
const WHEN = ['operation', 'path', 'nth', 'from', 'every', 'probability', 'seed', 'count'];
const PARAMETERS = {
  http: ['status', 'retry_after', 'body', 'content_type'],
  http_after: ['status', 'retry_after', 'body', 'content_type'],
  hang: ['ms'],
  hang_after: ['ms'],
  redirect: ['location', 'status'],
  slow: ['bytes_per_second'],
  truncated: ['keep'],
  cut_json: ['keep'],
  partial_data: ['field'],
  access_denied: ['field'],
  wrong_version: ['version'],
};

export class Faults {
  constructor(rules = []) {
    this.rules = [];
    for (const rule of rules) this.add(rule);
  }

  add(rule) {
    if (!FAULTS[rule.fault])
      throw new Error(`unknown fault "${rule.fault}" (there are: ${Object.keys(FAULTS).join(', ')})`);
    const known = new Set(['fault', ...WHEN, ...(PARAMETERS[rule.fault] ?? [])]);
    for (const key of Object.keys(rule))
      if (!known.has(key)) throw new Error(`fault ${rule.fault}: unknown member "${key}"`);
    if (rule.fault.startsWith('http') && !(rule.status >= 300 && rule.status < 600))
      throw new Error(`fault ${rule.fault}: status is missing`);
    this.rules.push({ ...rule, seen: 0, fired: 0, random: new Random(rule.seed ?? 1, this.rules.length, 9) });
  }
  clear() {
    this.rules = [];
  }
  describe() {
    return this.rules.map(({ random, ...rule }) => rule);
  }

  /** The rule that hits this request, or null. Counts the request for every rule that fits. */
  match({ operation, path }) {
    let hit = null;
    for (const rule of this.rules) {
      if (rule.operation && rule.operation !== operation) continue;
      if (rule.path && !path.startsWith(rule.path)) continue;
      rule.seen++;
      if (hit || rule.fired >= (rule.count ?? Infinity)) continue;
      if (rule.nth !== undefined && ![].concat(rule.nth).includes(rule.seen)) continue;
      if (rule.from !== undefined && rule.seen < rule.from) continue;
      if (rule.every !== undefined && rule.seen % rule.every !== 0) continue;
      if (rule.probability !== undefined && !rule.random.chance(rule.probability)) continue;
      rule.fired++;
      hit = rule;
    }
    return hit;
  }
}

const page = (status, title) =>
  `<!DOCTYPE html>\n<title>${status} ${title}</title>\n<center><h1>${status} ${title}</h1></center>\n<hr>\n`;
const TEXT = {
  402: 'Unavailable Shop',
  403: 'Forbidden',
  404: 'Not Found',
  423: 'Locked',
  429: 'Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service.',
  430: 'Security rejection',
};
const TITLES = { 500: 'Internal Server Error', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout' };

/** Answer of a fault that comes instead of the service. */
export function instead(rule) {
  if (rule.fault === 'unauthorized')
    return {
      status: 401,
      json: { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' },
    };
  if (rule.fault === 'redirect')
    return {
      status: rule.status ?? 301,
      headers: { Location: rule.location ?? 'https://elsewhere.invalid/admin/api/graphql.json' },
      html: page(301, 'Moved Permanently'),
    };
  const headers = rule.retry_after === undefined ? {} : { 'Retry-After': String(rule.retry_after) };
  if (rule.body !== undefined)
    return {
      status: rule.status,
      headers: { ...headers, 'Content-Type': rule.content_type ?? 'text/plain' },
      text: String(rule.body),
    };
  if (rule.status >= 500)
    return { status: rule.status, headers, html: page(rule.status, TITLES[rule.status] ?? 'Error') };
  return { status: rule.status, headers, json: { errors: TEXT[rule.status] ?? `HTTP ${rule.status}` } };
}

const error = (message, code, path) => ({
  message,
  ...(path ? { path } : {}),
  extensions: {
    code,
    ...(code === 'ACCESS_DENIED' ? { documentation: 'https://shopify.dev/api/usage/access-scopes' } : {}),
  },
});

/** Changes a good GraphQL answer into the one the fault asks for. */
export function spoil(rule, answer, requestId) {
  const data = answer.json?.data;
  const extensions = answer.json?.extensions;
  switch (rule.fault) {
    case 'internal_error':
    case 'internal_error_after':
      return {
        ...answer,
        code: 'INTERNAL_SERVER_ERROR',
        json: {
          errors: [
            error(
              `Internal error. Looks like something went wrong on our end.\nRequest ID: ${requestId} (include this in support requests).`,
              'INTERNAL_SERVER_ERROR',
            ),
          ],
          ...(extensions ? { extensions } : {}),
        },
      };
    case 'access_denied':
    case 'partial_data': {
      if (!data) return answer;
      const hit = rule.field ? blank(data, rule.field) : blankAny(data);
      const made =
        rule.fault === 'access_denied'
          ? error(`Access denied for ${hit?.at(-1) ?? 'field'} field.`, 'ACCESS_DENIED', hit)
          : error('Internal error. Looks like something went wrong on our end.', 'INTERNAL_SERVER_ERROR', hit);
      return {
        ...answer,
        code: made.extensions.code,
        json: { ...answer.json, errors: [...(answer.json.errors ?? []), made] },
      };
    }
    default:
      return answer;
  }
}

/** Sets the first value called `field` to null; returns its path. */
function blank(value, field, path = []) {
  if (!value || typeof value !== 'object') return null;
  for (const [key, inner] of Object.entries(value)) {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    if (key === field && !Array.isArray(value)) {
      value[key] = null;
      return here;
    }
    const found = blank(inner, field, here);
    if (found) return found;
  }
  return null;
}
/** Nulls the middle one of the first list of objects, else the first root field. */
function blankAny(data) {
  const walk = (value, path) => {
    if (!value || typeof value !== 'object') return null;
    if (Array.isArray(value)) {
      if (!value.length || typeof value[0] !== 'object') return null;
      const n = value.length >> 1;
      value[n] = null;
      return [...path, n];
    }
    for (const [key, inner] of Object.entries(value)) {
      const found = walk(inner, [...path, key]);
      if (found) return found;
    }
    return null;
  };
  const found = walk(data, []);
  if (found) return found;
  const key = Object.keys(data)[0];
  data[key] = null;
  return [key];
}
