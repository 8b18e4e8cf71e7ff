// What a query costs, before and after it ran, and the refusals that need no execution (page sizes).
//
// The vendor publishes weights only (scalar 0, object 1, mutation 10) and says that connections grow logarithmically.
// Formula measured by developers: connection = 2 + children * floor(2 ln max(2, n)); a plain list counts once; MoneyV2,
// addresses and PageInfo are free, every other object costs 1. See README.md.

import { getNamedType, isObjectType, isInterfaceType, isUnionType, isCompositeType, GraphQLError } from 'graphql';

export const MAXIMUM_PAGE = 250;
const FREE = name => name === 'PageInfo' || name === 'MoneyV2' || name.endsWith('Address');
export const multiplier = n => (n <= 0 ? 0 : Math.floor(2 * Math.log(Math.max(2, Math.min(n, MAXIMUM_PAGE)))));

/** Compiles an operation to a tree of { key, name, own, kind, args, base, per, conditions }. */
export function costPlan(schema, document, operation) {
  const fragments = new Map(
    document.definitions.filter(d => d.kind === 'FragmentDefinition').map(d => [d.name.value, d]),
  );
  const mutation = operation.operation === 'mutation';
  const root = mutation ? schema.getMutationType() : schema.getQueryType();

  function collect(sets, type) {
    const base = [],
      per = new Map(),
      merged = new Map();
    const visit = (set, target, conditions) => {
      for (const s of set.selections) {
        const own = [...conditions, ...conditionsOf(s)];
        if (s.kind === 'Field') {
          const key = s.alias?.value ?? s.name.value,
            seen = own.length === 0 && target === base ? merged.get(key) : null;
          if (seen) {
            if (s.selectionSet) seen.sets.push(s.selectionSet);
            continue;
          }
          const row = { key, field: s, conditions: own, sets: s.selectionSet ? [s.selectionSet] : [] };
          if (own.length === 0 && target === base) merged.set(key, row);
          target.push(row);
          continue;
        }
        const part = s.kind === 'InlineFragment' ? s : fragments.get(s.name.value);
        const name = part.typeCondition?.name.value ?? type.name;
        if (name === type.name || isObjectType(type)) {
          visit(part.selectionSet, target, own);
          continue;
        }
        if (!per.has(name)) per.set(name, []);
        const list = [];
        visit(part.selectionSet, list, own);
        per.get(name).push(...list.map(row => ({ ...row, on: schema.getType(name) })));
      }
    };
    for (const set of sets) visit(set, base, []);
    return {
      base: base.map(row => node(row, type)).filter(Boolean),
      per: [...per.values()].map(rows => rows.map(row => node(row, row.on)).filter(Boolean)),
    };
  }

  function node({ key, field, conditions, sets }, parent) {
    const name = field.name.value;
    const definition = name.startsWith('__') ? null : parent.getFields()[name];
    if (!definition) return null;
    const type = getNamedType(definition.type);
    const args = Object.fromEntries((field.arguments ?? []).map(a => [a.name.value, a.value]));
    if (!isCompositeType(type))
      return Object.keys(args).length
        ? { key, name, field, args, conditions, kind: 'leaf', own: 0, base: [], per: [] }
        : null;
    const connection =
      type.name.endsWith('Connection') && 'first' in Object.fromEntries(definition.args.map(a => [a.name, a]));
    const inner = collect(sets, type);
    const kind = connection ? 'connection' : String(definition.type).includes('[') ? 'list' : 'object';
    const own =
      mutation && parent === root
        ? 10
        : isObjectType(type) || isInterfaceType(type) || isUnionType(type)
          ? FREE(type.name)
            ? 0
            : 1
          : 0;
    return { key, name, field, args, conditions, kind, own, mutation: mutation && parent === root, ...inner };
  }
  return collect([operation.selectionSet], root);
}

function conditionsOf(selection) {
  return (selection.directives ?? [])
    .filter(d => d.name.value === 'include' || d.name.value === 'skip')
    .map(d => ({ wanted: d.name.value === 'include', value: d.arguments[0].value }));
}
const valueOf = (node, variables) =>
  node === undefined
    ? undefined
    : node.kind === 'Variable'
      ? variables[node.name.value]
      : node.kind === 'IntValue'
        ? Number(node.value)
        : node.kind === 'BooleanValue'
          ? node.value
          : node.kind === 'ListValue'
            ? node.values
            : node.kind === 'NullValue'
              ? null
              : node.value;
const active = (node, variables) => node.conditions.every(c => Boolean(valueOf(c.value, variables)) === c.wanted);

/** Requested cost. `nodesEach`: charge nodes(ids:) per id instead of once. */
export function requestedCost(plan, variables, nodesEach = false) {
  const set = ({ base, per }) => total(base) + Math.max(0, ...per.map(total));
  const total = nodes => nodes.reduce((n, x) => n + (active(x, variables) ? one(x) : 0), 0);
  function one(x) {
    if (x.mutation) return x.own;
    if (x.kind === 'connection') {
      const n = valueOf(x.args.first, variables) ?? valueOf(x.args.last, variables) ?? 1;
      let children = 0;
      for (const child of x.base)
        if (child.key && (child.name === 'nodes' || child.name === 'edges') && active(child, variables))
          children += child.name === 'nodes' ? one({ ...child, own: 1 }) : set(child);
      return 2 + multiplier(n) * children;
    }
    const inner = x.own + set(x);
    return x.name === 'nodes' && x.args.ids && nodesEach
      ? inner * (valueOf(x.args.ids, variables)?.length ?? 1)
      : inner;
  }
  return set(plan);
}

/** Cost of what really came back: the same weights over the data, nulls free, connections by their real length. */
export function actualCost(plan, data, nodesEach = false) {
  const set = ({ base, per }, value) => total(base, value) + Math.max(0, ...per.map(nodes => total(nodes, value)));
  const total = (nodes, value) => {
    let n = 0;
    for (const x of nodes) {
      const v = value[x.key];
      if (v !== null && v !== undefined) n += one(x, v);
    }
    return n;
  };
  function one(x, value) {
    if (x.mutation) return x.own;
    if (x.kind === 'leaf') return 0;
    if (x.kind === 'connection') {
      let children = 0,
        length = 0;
      for (const child of x.base) {
        const list = child.name === 'nodes' || child.name === 'edges' ? value[child.key] : null;
        if (!list || !list.length) continue;
        length = list.length;
        let sum = 0;
        for (const item of list) if (item) sum += (child.name === 'nodes' ? 1 : 0) + set(child, item);
        children += sum / length;
      }
      return 2 + multiplier(length) * children;
    }
    if (Array.isArray(value)) {
      let most = 0,
        sum = 0;
      for (const item of value)
        if (item) {
          const c = x.own + set(x, item);
          sum += c;
          if (c > most) most = c;
        }
      return x.name === 'nodes' && x.args.ids && nodesEach ? sum : most;
    }
    return x.own + set(x, value);
  }
  return data ? Math.ceil(set(plan, data)) : 0;
}

/** Refusals by page size: first/last missing on a connection, above 250, below 0; more than 250 ids. */
export function pageErrors(plan, variables) {
  const errors = [];
  const refuse = (x, path, message, code = 'BAD_REQUEST') =>
    errors.push(new GraphQLError(message, { nodes: x.field, path, extensions: { code } }));
  const walk = ({ base, per }, path) => {
    for (const x of [...base, ...per.flat()]) if (active(x, variables)) check(x, [...path, x.key]);
  };
  function check(x, path) {
    const first = valueOf(x.args.first, variables),
      last = valueOf(x.args.last, variables);
    for (const [name, n] of [
      ['first', first],
      ['last', last],
    ]) {
      if (n === undefined || n === null) continue;
      if (n < 0) refuse(x, path, `${name} must be a non-negative integer`);
      if (n > MAXIMUM_PAGE) refuse(x, path, `${name} cannot exceed ${MAXIMUM_PAGE}`);
    }
    if (x.kind === 'connection') {
      if ((first ?? null) === null && (last ?? null) === null) refuse(x, path, 'you must provide one of first or last');
      if ((first ?? null) !== null && (last ?? null) !== null)
        refuse(x, path, 'providing both first and last is not supported');
    }
    for (const [name, value] of Object.entries(x.args)) {
      const list = valueOf(value, variables);
      if (Array.isArray(list) && list.length > MAXIMUM_PAGE)
        refuse(
          x,
          [...path, name],
          `The input array size of ${list.length} is greater than the maximum allowed of ${MAXIMUM_PAGE}.`,
          'MAX_INPUT_SIZE_EXCEEDED',
        );
    }
    walk(x, path);
  }
  walk(plan, []);
  return errors;
}
