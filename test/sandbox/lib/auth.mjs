// Tokens: the client credentials grant, a static token, expiry, revocation.
//
// As at the vendor, a refusal is HTTP 400 and an HTML page unless the request asks for JSON with Accept.

import crypto from 'node:crypto';

export const SCOPES = [
  'read_orders',
  'read_all_orders',
  'read_customers',
  'read_products',
  'read_payment_terms',
  'read_locations',
  'read_inventory',
  'write_inventory',
  'write_products',
  'read_merchant_managed_fulfillment_orders',
  'write_merchant_managed_fulfillment_orders',
  'read_third_party_fulfillment_orders',
  'write_third_party_fulfillment_orders',
];

export class Auth {
  constructor({ clock, clientId, clientSecret, accessToken, ttl = 86399, scopes = SCOPES }) {
    Object.assign(this, {
      clock,
      clientId,
      clientSecret,
      accessToken,
      ttl,
      scopes: new Set(scopes),
      tokens: new Map(),
      staticValid: true,
      notPermitted: false,
      issued: 0,
    });
  }
  has(scope) {
    return this.scopes.has(scope) || this.scopes.has(scope.replace(/^read_/, 'write_'));
  }
  setScopes(list) {
    this.scopes = new Set(list);
  }

  /** Is the value of X-Shopify-Access-Token good now? */
  accepts(token) {
    if (!token) return false;
    if (token === this.accessToken) return this.staticValid;
    const expires = this.tokens.get(token);
    return expires !== undefined && this.clock.now() < expires;
  }
  revoke({ fixed = true } = {}) {
    this.tokens.clear();
    if (fixed) this.staticValid = false;
  }
  restore() {
    this.staticValid = true;
  }

  /** Answers POST /admin/oauth/access_token. */
  grant(request) {
    let form;
    if (/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
      try {
        form = new Map(Object.entries(JSON.parse(request.body)));
      } catch {
        return this.#refuse(request, 'invalid_request', 'The body is not JSON');
      }
    } else form = new Map(new URLSearchParams(request.body.toString()));
    const grant = form.get('grant_type');
    if (!grant || !form.get('client_id')) return this.#refuse(request, 'invalid_request', 'Missing parameter');
    if (grant !== 'client_credentials')
      return this.#refuse(request, 'unsupported_grant_type', `Grant type ${grant} is not supported`);
    if (form.get('client_id') !== this.clientId)
      return this.#refuse(request, 'application_cannot_be_found', 'No API client found with this key');
    if (form.get('client_secret') !== this.clientSecret)
      return this.#refuse(request, 'invalid_client', 'Client authentication failed');
    if (this.notPermitted)
      return this.#refuse(request, 'shop_not_permitted', 'Client credentials cannot be performed on this shop.');
    const text = `${this.clientSecret}:${++this.issued}:${this.clock.now()}`;
    const token = `shpat_${crypto.createHash('md5').update(text).digest('hex')}`;
    this.tokens.set(token, this.clock.now() + this.ttl * 1000);
    return { status: 200, json: { access_token: token, scope: [...this.scopes].join(','), expires_in: this.ttl } };
  }

  #refuse(request, error, error_description) {
    if (/application\/json/.test(request.headers.accept ?? ''))
      return { status: 400, json: { error, error_description }, code: error };
    return {
      status: 400,
      html: `<!DOCTYPE html><title>Oauth error</title><h1>400</h1><p>Oauth error ${error}: ${error_description}</p>\n`,
      code: error,
    };
  }
}

/** The name of a scope as people read it. */
export const scopeDescription = handle =>
  handle.replace(/_/g, ' ').replace(/^(read|write)/, verb => (verb === 'read' ? 'Read' : 'Modify'));
