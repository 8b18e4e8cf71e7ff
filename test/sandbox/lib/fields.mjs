// How a field gets its value: access rules first, then the few fields that take arguments, then the plain property.
//
// What the sandbox has no data for: a nullable field is null, an empty list is empty, a flag is false; a required
// object or a root field is an error that names it. Silence where the vendor has data would hide a bug in the client.

import { getNullableType, getNamedType, isNonNullType, isListType } from 'graphql';
import { apiError, denied, notApproved, notImitated, parseGid } from './errors.mjs';
import { CATALOGUE_ROOT, CATALOGUE_FIELDS, CATALOGUE_SCOPES, NODES } from './catalogue-fields.mjs';
import { METAFIELDS } from './metafields.mjs';
import { fulfillmentOrdersField } from './fulfillment-view.mjs';
import { fulfillmentNode } from './fulfillment-lookup.mjs';
import { runMutation } from './mutations.mjs';
import { orderPage, countOrders, listPage } from './pages.mjs';
import { NotImitated } from './search.mjs';
import { BadCursor } from './cursor.mjs';
import { SHOP } from './world.mjs';
import { scopeDescription } from './auth.mjs';

const ORDER_WALL = 60 * 86400;

/** Scope that a field needs, by type and field. */
const NEEDS = {
  QueryRoot: {
    orders: 'read_orders',
    order: 'read_orders',
    ordersCount: 'read_orders',
    orderByIdentifier: 'read_orders',
    ...CATALOGUE_SCOPES,
  },
  Order: {
    customer: 'read_customers',
    purchasingEntity: 'read_customers',
    paymentTerms: 'read_payment_terms',
    retailLocation: 'read_locations',
  },
  CompanyContact: { customer: 'read_customers' },
  LineItem: { product: 'read_products', variant: 'read_products' },
  Fulfillment: { location: 'read_locations' },
  RefundLineItem: { location: 'read_locations' },
  ReturnAgreement: { return: 'read_returns' },
  FeeSale: { fee: 'read_returns' },
  OrderTransaction: { location: 'read_locations' },
  InventoryLevel: { location: 'read_locations' },
  FulfillmentOrderAssignedLocation: { location: 'read_locations' },
};
/** Personal data: null without approval. */
const PERSONAL = {
  Order: new Set(['billingAddress', 'shippingAddress', 'displayAddress', 'email', 'phone', 'clientIp']),
  Customer: new Set([
    'firstName',
    'lastName',
    'email',
    'phone',
    'defaultEmailAddress',
    'defaultPhoneNumber',
    'defaultAddress',
    'note',
  ]),
};

const wall = context => (context.auth.has('read_all_orders') ? null : context.clock.seconds() - ORDER_WALL);

function orderOf(context, number) {
  const { orders } = context,
    i = orders.byId(number);
  if (i < 0) return null;
  const from = wall(context);
  return from !== null && orders.header(i).created < from ? null : orders.stub(i);
}

function node(context, id, field) {
  const parsed = parseGid(id),
    { type } = parsed;
  if (type === 'FulfillmentOrder' || type === 'Fulfillment') return fulfillmentNode(parsed, context);
  const [scope, find] =
    type === 'Order' ? ['read_orders', ({ number }) => orderOf(context, number)] : (NODES[type] ?? []);
  if (!find) throw notImitated(`node lookup of ${type}`);
  if (!context.auth.has(scope)) throw denied(field, scope);
  return find(parsed, context);
}

function guard(action) {
  try {
    return action();
  } catch (error) {
    if (error instanceof BadCursor) throw apiError(error.message, 'BAD_REQUEST');
    if (error instanceof NotImitated) throw apiError(error.message, 'INTERNAL_SERVER_ERROR');
    throw error;
  }
}
const note = (context, info, query, warnings) => {
  if (warnings.length) context.search.push({ path: [info.path.key], query, warnings });
};
const first = (list, n) => (n === undefined || n === null ? list : list.slice(0, n));
const page = property => (source, args) => guard(() => listPage(source[property], args));

const catalogueRoot = Object.fromEntries(
  Object.entries(CATALOGUE_ROOT).map(([name, field]) => [
    name,
    (source, args, context, info) =>
      guard(() => field(args, context, (query, warnings) => note(context, info, query, warnings))),
  ]),
);
/** Of a plain id of one type; another type is refused. */
const fulfillmentById =
  type =>
  (source, { id }, context) => {
    const parsed = parseGid(id);
    if (parsed.type !== type) throw apiError(`Invalid id: ${id}`, 'RESOURCE_NOT_FOUND');
    return fulfillmentNode(parsed, context);
  };

const metafields = Object.fromEntries(
  Object.entries(METAFIELDS).map(([type, fields]) => [
    type,
    Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, (...given) => guard(() => field(...given))])),
  ]),
);

/** Fields with arguments or with rules of their own. */
const FIELDS = {
  QueryRoot: {
    ...catalogueRoot,
    fulfillmentOrder: fulfillmentById('FulfillmentOrder'),
    fulfillment: fulfillmentById('Fulfillment'),
    shop: (source, args, { zone }) => ({ ...SHOP, ianaTimezone: zone }),
    currentAppInstallation: (source, args, context) => ({
      __typename: 'AppInstallation',
      id: 'gid://shopify/AppInstallation/910000000001',
      accessScopes: [...context.auth.scopes].map(handle => ({ handle, description: scopeDescription(handle) })),
    }),
    order: (source, { id }, context) => {
      const { type, number } = parseGid(id);
      if (type !== 'Order') throw apiError(`Invalid id: ${id}`, 'RESOURCE_NOT_FOUND');
      return orderOf(context, number);
    },
    orderByIdentifier: (source, { identifier }, context) => {
      if (!identifier.id) throw notImitated('orderByIdentifier with customId');
      return orderOf(context, parseGid(identifier.id).number);
    },
    node: (source, { id }, context) => node(context, id, 'node'),
    nodes: (source, { ids }, context) => ids.map(id => node(context, id, 'nodes')),
    orders: (source, args, context, info) =>
      guard(() => {
        const { numbers, warnings, cursorOf, pageInfo } = orderPage(context.orders, args, wall(context));
        note(context, info, args.query, warnings);
        const nodes = () => numbers.map(i => context.orders.stub(i));
        return {
          nodes,
          edges: () => numbers.map(i => ({ cursor: cursorOf(i), node: context.orders.stub(i) })),
          pageInfo,
        };
      }),
    ordersCount: (source, args, context, info) =>
      guard(() => {
        const { warnings, ...count } = countOrders(
          context.orders,
          args.query,
          args.limit === undefined ? 10000 : args.limit,
          wall(context),
        );
        note(context, info, args.query, warnings);
        return count;
      }),
  },
  Order: {
    ...metafields.Order,
    lineItems: page('_lines'),
    nonFulfillableLineItems: source => guard(() => listPage([], {})),
    discountApplications: page('_discountApplications'),
    shippingLines: (source, args) =>
      guard(() =>
        listPage(args.includeRemovals ? source._shippingLines : source._shippingLines.filter(s => !s.isRemoved), args),
      ),
    transactions: (source, args) => first(source._transactions, args.first),
    refunds: (source, args) => first(source._refunds, args.first),
    fulfillments: (source, args) => first(source._fulfillments, args.first),
    displayFulfillmentStatus: (source, args, context) =>
      !source.requiresShipping && context.version >= '2026-10' && source.displayFulfillmentStatus === 'UNFULFILLED'
        ? 'FULFILLMENT_NOT_REQUIRED'
        : source.displayFulfillmentStatus,
    fulfillmentOrders: (source, args, context) =>
      guard(() => fulfillmentOrdersField(source, args, context, notImitated)),
    agreements: (source, args) => {
      if (args.query) throw notImitated('searching the agreements of an order');
      return guard(() => listPage(source._agreements(), args));
    },
    suggestedRefund: () => {
      throw notImitated('Order.suggestedRefund');
    },
  },
  ...CATALOGUE_FIELDS,
  Product: { ...CATALOGUE_FIELDS.Product, ...metafields.Product },
  ProductVariant: metafields.ProductVariant,
  Customer: metafields.Customer,
  LineItem: {
    taxLines: (source, args) => first(source._taxLines, args.first),
    discountedTotalSet: (source, args) =>
      args.withCodeDiscounts ? source._discountedTotalSetWithCodes : source._discountedTotalSet,
  },
  OrderAgreement: { sales: page('_sales') },
  OrderEditAgreement: { sales: page('_sales') },
  RefundAgreement: { sales: page('_sales') },
  ReturnAgreement: { sales: page('_sales') },
  PaymentTerms: { paymentSchedules: page('_schedules') },
  Refund: {
    refundLineItems: page('_lines'),
    refundShippingLines: page('_shippingLines'),
    orderAdjustments: page('_adjustments'),
    transactions: page('_transactions'),
  },
  Fulfillment: {
    trackingInfo: (source, args) => first(source._trackingInfo, args.first),
    fulfillmentLineItems: page('_lines'),
  },
};

/** Value of a field that the object has no property for. */
function missing(source, info, typeName) {
  const { fieldName, returnType } = info;
  const set = source?.[`${fieldName}Set`];
  const type = getNullableType(returnType),
    name = getNamedType(returnType).name;
  if (set) return name === 'MoneyV2' ? set.shopMoney : set.shopMoney.amount;
  if (typeName === 'QueryRoot') throw notImitated(`${typeName}.${fieldName}`);
  if (!isNonNullType(returnType)) return null;
  if (isListType(type)) return [];
  if (name.endsWith('Connection')) return listPage([], {});
  if (name === 'Boolean') return false;
  if (name === 'Int' || name === 'Float') return 0;
  throw notImitated(`${typeName}.${fieldName}`);
}

/** graphql-js field resolver for every field of every schema version. */
export function resolveField(source, args, context, info) {
  const typeName = info.parentType.name,
    { fieldName } = info;
  const scope = NEEDS[typeName]?.[fieldName];
  if (scope && !context.auth.has(scope)) throw denied(fieldName, scope);
  if (context.personal !== 'on') {
    if (PERSONAL[typeName]?.has(fieldName)) return null;
    if (context.personal === 'denied' && info.returnType.name === 'Customer') throw notApproved('Customer');
  }
  if (typeName === 'Mutation') return runMutation(fieldName, args, context, info);
  if (source?._full && !(fieldName in source)) source = source._full();
  const special = FIELDS[typeName]?.[fieldName];
  if (special) return special(source, args, context, info);
  const value = source?.[fieldName];
  if (value === undefined) return missing(source, info, typeName);
  return typeof value === 'function' ? value(args, context, info) : value;
}
