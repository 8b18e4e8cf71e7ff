// Every fault of the write of quantities: whatever becomes of the answer, the quantities are written once.

import { FAULTS } from '../support/faults.mjs';
import { stockFaults } from '../support/stock_faults.mjs';

stockFaults(
  ['write of stock'],
  [
    ...FAULTS,
    { fault: 'http_after', params: { status: 500 }, once: 'done', ever: 75 },
    { fault: 'internal_error_before', once: 'done', ever: 75 },
    { fault: 'idempotency_concurrent', once: 'done', ever: 75 },
  ],
);
