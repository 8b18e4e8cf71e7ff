// Every fault of the writes of `fulfillments pull`: whatever becomes of the answer, nothing is lost or shipped twice.

import { FAULTS } from '../support/faults.mjs';
import { CORRECTED, MOVED, shippingFaults } from '../support/shipping_faults.mjs';

/** The request is carried out each time: the order, read again, shows it, whatever the answers are. */
const CARRIED_OUT = ['drop_after', 'hang_after', 'slow', 'truncated', 'cut_json', 'malformed_json', 'empty_body', 'http_after', 'internal_error', 'partial_data'];

/** It is not, and nobody can know that: sent again when the wait is over. */
const UNSURE = ({ fault, params = {} }) => ['drop_before', 'hang', 'internal_error_before'].includes(fault) || (fault === 'http' && params.status >= 500);

const WRITES = [
  ...FAULTS,
  { fault: 'http_after', params: { status: 500 }, once: 'done', ever: 75 },
  { fault: 'internal_error_before', once: 'done', ever: 75 },
].map(row => (CARRIED_OUT.includes(row.fault) ? { ...row, ever: 'done' } : UNSURE(row) ? { ...row, once: 'later' } : row));

/* One delivery that gets no answer does not keep the others back. */
const SOME = WRITES.map(row => (row.ever === 75 ? { ...row, ever: 'later' } : row)).filter(({ fault, params = {} }) =>
  ['drop_before', 'drop_after', 'internal_error', 'internal_error_before', 'wrong_version'].includes(fault) || params.status === 503);

shippingFaults(['shipment'], WRITES);
shippingFaults(['tracking'], SOME, CORRECTED);
shippingFaults(['move of an order'], SOME, MOVED);
