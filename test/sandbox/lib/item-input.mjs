// InventoryItemInput: the same in inventoryItemUpdate and inside every variant of a product mutation.

import { notImitated } from './errors.mjs';

const KNOWN = [
  'sku',
  'cost',
  'tracked',
  'requiresShipping',
  'measurement',
  'countryCodeOfOrigin',
  'harmonizedSystemCode',
];
export const MAXIMUM_TEXT = 255;

/** [{ code, field, message }] */
export function itemProblems(input, path) {
  const errors = [];
  for (const key of Object.keys(input ?? {})) if (!KNOWN.includes(key)) throw notImitated(`InventoryItemInput.${key}`);
  if (!input) return errors;
  const refuse = (key, message, code = 'INVALID_INPUT') => errors.push({ code, field: [...path, key], message });
  if ((input.cost ?? null) !== null && !/^\d+(\.\d+)?$/.test(String(input.cost)))
    refuse('cost', 'Unit cost must be greater than or equal to 0', 'GREATER_THAN_OR_EQUAL_TO');
  if ((input.sku ?? '').length > MAXIMUM_TEXT) refuse('sku', 'is too long (maximum is 255 characters)', 'TOO_LONG');
  if (input.measurement?.weight && input.measurement.weight.value < 0)
    refuse('measurement', 'Weight must be greater than or equal to 0');
  return errors;
}

/** Does the input need write_inventory besides write_products? */
export const touchesInventory = input => Boolean(input && ('cost' in input || 'tracked' in input));

const two = amount => {
  const [whole, fraction = ''] = String(amount).split('.');
  return `${whole}.${fraction.padEnd(2, '0')}`;
};
export { two as paddedAmount };

export function applyItem({ catalogue, clock }, row, input) {
  if (!input) return;
  if ('sku' in input) catalogue.setSku(row, input.sku);
  if ('cost' in input) row.cost = input.cost === null ? null : two(input.cost);
  if ((input.tracked ?? null) !== null) row.tracked = input.tracked;
  if ((input.requiresShipping ?? null) !== null) row.requiresShipping = input.requiresShipping;
  if (input.measurement?.weight) row.weight = { ...input.measurement.weight };
  if ('countryCodeOfOrigin' in input) row.origin = input.countryCodeOfOrigin;
  if ('harmonizedSystemCode' in input) row.hsCode = input.harmonizedSystemCode;
  row.itemUpdated = clock.seconds();
  catalogue.touch(row.product, row);
}
