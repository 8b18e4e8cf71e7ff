// A small client for Odoo's two external APIs, written for these tests alone: what erpsync wrote is not read back by
// erpsync. JSON-2 (/json/2, from Odoo 19 on) and JSON-RPC (/jsonrpc, all versions).

import http from 'node:http';

/** What Odoo refused. `type` is the Python class, such as odoo.exceptions.UserError. */
export class OdooError extends Error {
  constructor({ status, type, message, at }) {
    super(`${at}: ${status} ${type}: ${message}`);
    Object.assign(this, { status, type, text: message });
  }
}

/** POST; the answer as it is: { status, type (of content), text, json (if it is JSON) }. */
export function post(url, body, headers = {}, { chunked = false } = {}) {
  return new Promise((resolve, reject) => {
    const length = chunked ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': Buffer.byteLength(body) };
    const request = http.request(
      url,
      { method: 'POST', agent: false, headers: { 'Content-Type': 'application/json', ...length, ...headers } },
      response => {
        const parts = [];
        response.on('data', part => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          const type = response.headers['content-type'] ?? '';
          resolve({
            status: response.statusCode,
            type,
            text,
            json: type.includes('json') ? JSON.parse(text) : undefined,
          });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/**
 * One user of one database. call(model, method, params): params are the method's named arguments, and `ids` and
 * `context`; it returns what the method returned, or throws OdooError.
 */
class Client {
  constructor({ url, database, login, key }) {
    Object.assign(this, { url, database, login, key });
  }
  /** Records of a domain, as objects with these fields, by id. */
  read(model, domain, fields, more = {}) {
    return this.call(model, 'search_read', { domain, fields, order: 'id', ...more });
  }
  async ids(model, domain, more = {}) {
    return (await this.read(model, domain, ['id'], more)).map(record => record.id);
  }
  async one(model, domain, fields, more = {}) {
    const found = await this.read(model, domain, fields, more);
    if (found.length !== 1) throw new Error(`${model} ${JSON.stringify(domain)}: ${found.length} records`);
    return found[0];
  }
  /** Rows as objects: { id: 'shop.x', name: 'X' }; all rows have the columns of the first. */
  load(model, rows, context = {}) {
    const fields = Object.keys(rows[0]);
    const data = rows.map(row => fields.map(field => row[field] ?? ''));
    return this.call(model, 'load', { fields, data, context: { tz: 'UTC', lang: 'en_US', ...context } });
  }
  /** The same, and it must have worked: the ids. */
  async loaded(model, rows, context) {
    const { ids, messages } = await this.load(model, rows, context);
    if (!ids || messages.length) throw new Error(`${model}/load: ${JSON.stringify(messages)}`);
    return ids;
  }
}

export class Json2 extends Client {
  headers() {
    return { Authorization: `bearer ${this.key}`, 'X-Odoo-Database': this.database };
  }
  /** As it goes over the wire. */
  raw(model, method, params = {}, options = {}) {
    const headers = { ...this.headers(), ...options.headers };
    return post(`${this.url}/json/2/${model}/${method}`, JSON.stringify(params), headers, options);
  }
  async call(model, method, params) {
    const { status, json, text } = await this.raw(model, method, params);
    if (status === 200) return json;
    const at = `${model}/${method}`;
    if (json) throw new OdooError({ status, type: json.name, message: json.message, at });
    throw new OdooError({ status, type: 'html', message: text.slice(0, 200), at });
  }
}

export class JsonRpc extends Client {
  raw(service, method, args, options = {}) {
    const body = { jsonrpc: '2.0', method: 'call', id: 1, params: { service, method, args } };
    return post(`${this.url}/jsonrpc`, JSON.stringify(body), {}, options);
  }
  async rpc(service, method, args) {
    const { status, json, text } = await this.raw(service, method, args);
    const at = `${service}.${method} ${args.slice(3, 5).join('/')}`;
    if (!json) throw new OdooError({ status, type: 'html', message: text.slice(0, 200), at });
    if (!json.error) return json.result;
    const { name, message } = json.error.data;
    throw new OdooError({ status, type: name, message, at });
  }
  /** The user's id, or false if the key is refused. */
  authenticate() {
    return this.rpc('common', 'authenticate', [this.database, this.login, this.key, {}]);
  }
  /** Odoo 14 takes what to create, and in some models what to write, by position only. */
  async call(model, method, { ids, vals_list: created, ...named } = {}) {
    this.uid ??= await this.authenticate();
    if (!this.uid) throw new OdooError({ status: 200, type: 'refused', message: 'wrong key', at: this.login });
    const { vals, ...rest } = named;
    const args = [ids, created, method === 'write' && vals].filter(Boolean);
    return this.rpc('object', 'execute_kw', [this.database, this.uid, this.key, model, method, args, method === 'write' ? rest : named]);
  }
}
