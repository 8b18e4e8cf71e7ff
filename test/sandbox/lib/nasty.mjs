// The nasty kinds: one order in eight takes the next of this list, in this order, round and round.
//
// Each row: `expected` is what a careful export does with it ("export", "park" for a person, "skip") or null where
// it depends on the configuration, `why` says more; `header` changes what the index knows, `before` acts on the empty
// order, `shape` on lines and discounts (sums still right), `spoil` on the settled order. `plain`: no random discount.
// `asked`: not of the round, only where a test names it.

import { GOODS } from './nasty/goods.mjs';
import { PAYMENTS } from './nasty/payments.mjs';
import { PEOPLE } from './nasty/people.mjs';

export const KINDS = { ...GOODS, ...PAYMENTS, ...PEOPLE };
export const KIND_NAMES = Object.keys(KINDS).filter(kind => !KINDS[kind].asked);
