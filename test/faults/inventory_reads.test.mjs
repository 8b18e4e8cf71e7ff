// Faults of what `inventory pull` reads, and of the activation of levels: one of each sort, since all requests of the shop
// go the same way (http.test.mjs takes every fault through it).

import { SORTS } from '../support/faults.mjs';
import { stockFaults } from '../support/stock_faults.mjs';

stockFaults(['locations', 'search of articles', 'stock levels'], SORTS);
stockFaults(
  ['activation of stock'],
  [...SORTS, { fault: 'internal_error', once: 'done', ever: 75 }, { fault: 'idempotency_concurrent', once: 'done', ever: 75 }],
);
