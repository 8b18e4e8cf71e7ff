// Steps that several nasty kinds take.

import { sum } from '../money.mjs';
import { discount, percentOff } from '../pieces.mjs';

export const paid = h => {
  h.payment = 'PAID';
  h.financial = 'PAID';
};

export const unshipped = h => {
  h.fulfillment = 'UNFULFILLED';
  h.closed = null;
};

/** After quantities changed: share the discounts out again over what the lines cost now. */
export function reshare(m) {
  const old = m.discounts;
  m.discounts = [];
  const touched = old.map(d => ({
    d,
    targets: [...m.lines, ...m.shipping].filter(x => x.allocations.some(a => a.discount === d.index)),
    amount: sum(
      [...m.lines, ...m.shipping]
        .flatMap(x => x.allocations)
        .filter(a => a.discount === d.index)
        .map(a => a.amount),
    ),
  }));
  for (const x of [...m.lines, ...m.shipping]) x.allocations = [];
  for (const { d, targets, amount } of touched) {
    if (d.percentage) percentOff(m, d, d.percentage, targets);
    else discount(m, d, amount, targets);
  }
}
