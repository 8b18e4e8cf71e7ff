// Faults of what `fulfillments pull` reads: one of each sort, since all requests of the shop go the same way
// (http.test.mjs takes every fault through it).

import { SORTS } from '../support/faults.mjs';
import { RENAMED, shippingFaults } from '../support/shipping_faults.mjs';

shippingFaults(['search of orders', 'orders to ship', 'lines to ship'], SORTS);
shippingFaults(['articles of lines'], SORTS, RENAMED);
