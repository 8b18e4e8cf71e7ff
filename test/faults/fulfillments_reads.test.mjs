// Faults of what `fulfillments pull` reads: one of each sort, since all requests of the shop go the same way
// (http.test.mjs takes every fault through it).

import { FAULTS } from '../support/faults.mjs';
import { shippingFaults } from '../support/shipping_faults.mjs';

const SORTS = FAULTS.filter(
  ({ fault, params = {} }) =>
    ['drop_after', 'cut_json', 'throttled', 'partial_data', 'access_denied'].includes(fault) ||
    params.status === 503 ||
    params.retry_after === 3600,
);

shippingFaults(['search of orders', 'orders to ship', 'lines to ship'], SORTS);
