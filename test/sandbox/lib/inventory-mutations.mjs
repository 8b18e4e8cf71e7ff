// inventorySetQuantities, inventoryActivate, inventoryBulkToggleActivation, inventoryItemUpdate.
//
// The set of quantities is all or nothing: every entry is checked, all errors are reported with the place of the entry in
// `field`, and one of them is enough for nothing to change.

import { iso } from './clock.mjs';
import { apiError, gid, numberOf } from './errors.mjs';
import { itemIdOf } from './catalogue-seed.mjs';
import { itemProblems, applyItem } from './item-input.mjs';

const LIMIT = 1000000000;
const REASONS = new Set(
  'correction cycle_count_available damaged movement_created movement_updated movement_received movement_canceled other promotion quality_control received reservation_created reservation_deleted reservation_updated restock safety_stock shrinkage'.split(
    ' ',
  ),
);
const error = (code, field, message) => ({ code, field, message });
let groups = 0;

/** What stops the whole input. */
function headProblems({ name, reason, referenceDocumentUri: reference, quantities }) {
  const errors = [];
  if (!quantities.length) errors.push(error(null, ['input', 'quantities'], 'At least one quantity must be given.'));
  if (name !== 'available' && name !== 'on_hand')
    errors.push(error('INVALID_NAME', ['input', 'name'], "The quantity name must be either 'available' or 'on_hand'."));
  if (!REASONS.has(reason))
    errors.push(error('INVALID_REASON', ['input', 'reason'], 'The specified reason is invalid.'));
  if (reference !== undefined && reference !== null && !/^[a-z][a-z0-9+.-]*:\/\/[^\s/]+\/\S*$/i.test(reference))
    errors.push(
      error(
        'INVALID_REFERENCE_DOCUMENT',
        ['input', 'referenceDocumentUri'],
        'The specified reference document is invalid.',
      ),
    );
  return errors;
}

/** The rows an entry means, or null; location null where it is unknown or deactivated. */
function target(entry, { catalogue, locations }) {
  const row = catalogue.item(numberOf(entry.inventoryItemId, 'InventoryItem'));
  const place = locations.byId(numberOf(entry.locationId, 'Location'));
  return { row, place: place?.active ? place : null };
}

function compareProblem(input, entry, current, path) {
  if ('changeFromQuantity' in entry) {
    if (entry.changeFromQuantity === null || entry.changeFromQuantity === current) return null;
    return error(
      'CHANGE_FROM_QUANTITY_STALE',
      [...path, 'changeFromQuantity'],
      'The changeFromQuantity argument no longer matches the persisted quantity.',
    );
  }
  // 2026-01 only: the older pair of arguments.
  if (input.ignoreCompareQuantity) return null;
  if (entry.compareQuantity === undefined || entry.compareQuantity === null)
    return error(
      'COMPARE_QUANTITY_REQUIRED',
      [...path, 'compareQuantity'],
      'The compareQuantity argument must be given to each quantity or ignored using ignoreCompareQuantity.',
    );
  return entry.compareQuantity === current
    ? null
    : error(
        'COMPARE_QUANTITY_STALE',
        [...path, 'compareQuantity'],
        'The compareQuantity argument no longer matches the persisted quantity.',
      );
}

function entryProblem(input, entry, index, context, seen) {
  const path = ['input', 'quantities', String(index)],
    { row, place } = target(entry, context);
  if (!row)
    return error(
      'INVALID_INVENTORY_ITEM',
      [...path, 'inventoryItemId'],
      'The specified inventory item could not be found.',
    );
  if (!place) return error('INVALID_LOCATION', [...path, 'locationId'], 'The specified location could not be found.');
  const pair = `${row.n} ${place.index}`;
  if (seen.has(pair))
    return error(
      'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR',
      [...path, 'locationId'],
      'The combination of inventoryItemId and locationId must be unique.',
    );
  seen.add(pair);
  if (row.requiresComponents)
    return error(
      'NON_MUTABLE_INVENTORY_ITEM',
      [...path, 'inventoryItemId'],
      'The specified inventory item is not allowed to be adjusted via API. Example: if the inventory item is a parent bundle.',
    );
  if (entry.quantity > LIMIT)
    return error(
      'INVALID_QUANTITY_TOO_HIGH',
      [...path, 'quantity'],
      "The total quantity can't be higher than 1,000,000,000.",
    );
  if (entry.quantity < -LIMIT)
    return error(
      'INVALID_QUANTITY_TOO_LOW',
      [...path, 'quantity'],
      "The total quantity can't be lower than -1,000,000,000.",
    );
  if (entry.quantity < 0)
    return error('INVALID_QUANTITY_NEGATIVE', [...path, 'quantity'], "The quantity can't be negative.");
  if (!context.stock.isActive(row.n, place.index) && context.version < '2026-10')
    return error(
      'ITEM_NOT_STOCKED_AT_LOCATION',
      [...path, 'locationId'],
      'The specified inventory item is not stocked at the location.',
    );
  return compareProblem(input, entry, context.stock.quantities(row, place.index)[input.name], path);
}

function adjustmentGroup(input, changed, context) {
  const id = ++groups,
    at = context.clock.seconds(),
    changes = changed.flatMap(({ row, place, before, after }) =>
      ['available', 'on_hand']
        .filter(name => after[name] !== before[name])
        .map(name => ({
          name,
          delta: after[name] - before[name],
          quantityAfterChange: after[name],
          ledgerDocumentUri: null,
          item: () => context.catalogue.itemView(row),
          location: () => context.locations.view(place),
          _item: gid('InventoryItem', itemIdOf(row.n)),
          _location: gid('Location', place.id),
        })),
    );
  return {
    __typename: 'InventoryAdjustmentGroup',
    id: gid('InventoryAdjustmentGroup', 8800000000000 + id),
    createdAt: iso(at),
    reason: input.reason,
    referenceDocumentUri: input.referenceDocumentUri ?? null,
    app: null,
    changes: ({ inventoryItemIds: items, locationIds: places, quantityNames: names }) =>
      changes.filter(
        c =>
          (!items || items.includes(c._item)) &&
          (!places || places.includes(c._location)) &&
          (!names || names.includes(c.name)),
      ),
  };
}

function setQuantities({ input }, context) {
  if (context.version >= '2026-04' && input.quantities.some(q => !('changeFromQuantity' in q)))
    throw apiError(
      'InventoryQuantityInput must include the following argument: changeFromQuantity.',
      'INVALID_FIELD_ARGUMENTS',
    );
  const head = headProblems(input);
  if (head.length) return { inventoryAdjustmentGroup: null, userErrors: head };
  const seen = new Set();
  const userErrors = input.quantities.map((entry, i) => entryProblem(input, entry, i, context, seen)).filter(Boolean);
  if (userErrors.length) return { inventoryAdjustmentGroup: null, userErrors };
  const changed = input.quantities.map(entry => {
    const { row, place } = target(entry, context);
    return { row, place, ...context.stock.set(row, place.index, input.name, entry.quantity) };
  });
  const moved = changed.filter(c => c.after.available !== c.before.available);
  return { inventoryAdjustmentGroup: moved.length ? adjustmentGroup(input, moved, context) : null, userErrors: [] };
}

/** For replay "check": a repeated request whose quantities have moved on is answered as a stale one. */
function recheckQuantities({ input }, context) {
  const userErrors = input.quantities.flatMap((entry, i) => {
    const { row, place } = target(entry, context);
    const current = row && place && context.stock.quantities(row, place.index)[input.name];
    return compareProblem(input, entry, current, ['input', 'quantities', String(i)]) ?? [];
  });
  return userErrors.length ? { inventoryAdjustmentGroup: null, userErrors } : null;
}

function activate({ inventoryItemId, locationId, available, onHand }, context) {
  const refuse = (field, message) => ({ inventoryLevel: null, userErrors: [{ field: [field], message }] });
  const row = context.catalogue.item(numberOf(inventoryItemId, 'InventoryItem'));
  if (!row) return refuse('inventoryItemId', "The product couldn't be stocked because it wasn't found.");
  const place = context.locations.byId(numberOf(locationId, 'Location'));
  if (!place) return refuse('locationId', "The product couldn't be stocked because the location wasn't found.");
  if (!place.active) return refuse('locationId', "The product couldn't be stocked because the location is not active.");
  for (const [name, value] of Object.entries({ available, onHand })) {
    if (value === undefined || value === null) continue;
    const title = name === 'available' ? 'Available' : 'On hand';
    if (value < 0) return refuse(name, `${title} must be greater than or equal to 0`);
    if (value > LIMIT) return refuse(name, `${title} must be less than or equal to 1000000000`);
  }
  const { stock } = context,
    was = stock.isActive(row.n, place.index);
  if (was && (available ?? null) !== null)
    return refuse(
      'available',
      'Not allowed to set available quantity when the item is already active at the location.',
    );
  if (was && (onHand ?? null) !== null)
    return refuse('onHand', 'Not allowed to set on hand quantity when the item is already active at the location.');
  if (!was) {
    const given = (available ?? onHand ?? null) !== null;
    stock.activate(row, place.index, { keep: !given && context.version >= '2026-04' });
    if ((onHand ?? null) !== null) stock.set(row, place.index, 'on_hand', onHand);
    if ((available ?? null) !== null) stock.set(row, place.index, 'available', available);
  }
  return { inventoryLevel: stock.levelView(row, place), userErrors: [] };
}

function toggleProblem({ locationId, activate: on }, index, row, context) {
  const refuse = (code, message) => error(code, ['inventoryItemUpdates', String(index), 'locationId'], message);
  const place = context.locations.byId(numberOf(locationId, 'Location')),
    { stock } = context;
  if (!place) return refuse('LOCATION_NOT_FOUND', 'The location was not found.');
  if (on && !place.active)
    return refuse('FAILED_TO_STOCK_AT_LOCATION', 'Failed to stock this inventory item at this location.');
  if (on && place.service && !row.sku)
    return refuse(
      'MISSING_SKU',
      'Cannot stock this inventory item at this location because the variant is missing a SKU.',
    );
  if (on || !stock.isActive(row.n, place.index)) return null;
  const { committed, incoming, reserved } = stock.quantities(row, place.index);
  const because = what => `Cannot unstock this inventory item from this location because it has ${what} quantities.`;
  if (committed && incoming)
    return refuse('COMMITTED_AND_INCOMING_INVENTORY_AT_LOCATION', because('committed and incoming'));
  if (committed) return refuse('COMMITTED_INVENTORY_AT_LOCATION', because('committed'));
  if (incoming) return refuse('INCOMING_INVENTORY_AT_LOCATION', because('incoming'));
  if (reserved) return refuse('RESERVED_INVENTORY_AT_LOCATION', because('unavailable'));
  return null;
}

function bulkToggle({ inventoryItemId, inventoryItemUpdates: updates }, context) {
  const nothing = userErrors => ({ inventoryItem: null, inventoryLevels: null, userErrors });
  const row = context.catalogue.item(numberOf(inventoryItemId, 'InventoryItem'));
  if (!row)
    return nothing([error('INVENTORY_ITEM_NOT_FOUND', ['inventoryItemId'], 'The inventory item was not found.')]);
  const userErrors = updates.map((u, i) => toggleProblem(u, i, row, context)).filter(Boolean);
  if (userErrors.length) return nothing(userErrors);
  const { stock, locations } = context;
  const after = new Set(stock.levels(row).map(([place]) => place.index));
  const places = updates.map(u => [locations.byId(numberOf(u.locationId, 'Location')), u.activate]);
  for (const [place, on] of places) after[on ? 'add' : 'delete'](place.index);
  if (!after.size)
    return nothing([
      error(
        'CANNOT_DEACTIVATE_FROM_ONLY_LOCATION',
        ['inventoryItemUpdates', String(places.findIndex(([, on]) => !on)), 'locationId'],
        'Cannot unstock an inventory item from the only location at which it is stocked.',
      ),
    ]);
  for (const [place, on] of places) {
    if (on && !stock.isActive(row.n, place.index))
      stock.activate(row, place.index, { keep: context.version >= '2026-04' });
    else if (!on && stock.isActive(row.n, place.index)) stock.deactivate(row, place.index);
  }
  return {
    inventoryItem: context.catalogue.itemView(row),
    inventoryLevels: places.filter(([, on]) => on).map(([place]) => stock.levelView(row, place)),
    userErrors: [],
  };
}

function itemUpdate({ id, input }, context) {
  const row = context.catalogue.item(numberOf(id, 'InventoryItem'));
  if (!row) return { inventoryItem: null, userErrors: [{ field: ['id'], message: 'The product does not exist.' }] };
  const userErrors = itemProblems(input, ['input']).map(({ field, message }) => ({ field, message }));
  if (userErrors.length) return { inventoryItem: null, userErrors };
  applyItem(context, row, input);
  return { inventoryItem: context.catalogue.itemView(row), userErrors: [] };
}

export const INVENTORY = {
  inventorySetQuantities: { scopes: ['write_inventory'], run: setQuantities, recheck: recheckQuantities },
  inventoryActivate: { scopes: ['write_inventory'], run: activate },
  inventoryBulkToggleActivation: { scopes: ['write_inventory'], run: bulkToggle },
  inventoryItemUpdate: { scopes: ['write_inventory'], run: itemUpdate },
};
