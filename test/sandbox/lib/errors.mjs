// GraphQL errors as the vendor words them, and global ids.

import { GraphQLError } from 'graphql';

const DOCUMENTATION = 'https://shopify.dev/api/usage/access-scopes';

export const apiError = (message, code, more = {}) => new GraphQLError(message, { extensions: { code, ...more } });
export const notImitated = what => apiError(`The sandbox does not imitate ${what}.`, 'INTERNAL_SERVER_ERROR');

/** A field whose scope is missing. Several scopes: any of them would do. */
export function denied(field, ...scopes) {
  const required = scopes.map(scope => `\`${scope}\` access scope`).join(' or ') + '.';
  return apiError(`Access denied for ${field} field. Required access: ${required}`, 'ACCESS_DENIED', {
    documentation: DOCUMENTATION,
    requiredAccess: required,
  });
}
export const notApproved = type =>
  apiError(
    `This app is not approved to access the ${type} object. See https://shopify.dev/docs/apps/launch/protected-customer-data for more details.`,
    'ACCESS_DENIED',
    { documentation: DOCUMENTATION },
  );

export const gid = (type, n) => `gid://shopify/${type}/${n}`;

/** gid://shopify/<Type>/<number>[?query] -> { type, number, query }; anything else is refused as the vendor refuses it. */
export function parseGid(id) {
  const m = /^gid:\/\/shopify\/([A-Za-z]+)\/(\d+)(\?.*)?$/.exec(id);
  if (!m)
    throw apiError(`Invalid global id '${id}'`, 'INVALID_VARIABLE', {
      value: id,
      problems: [{ path: [], explanation: `Invalid global id '${id}'` }],
    });
  return { type: m[1], number: Number(m[2]), query: new URLSearchParams(m[3] ?? '') };
}

/** The number of an id that has to be of one type, or null when it is of another. */
export function numberOf(id, type) {
  const parsed = parseGid(id);
  return parsed.type === type ? parsed.number : null;
}
