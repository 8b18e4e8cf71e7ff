// Faults of what `products push` reads: one of each sort, since all requests of the shop go the same way.

import { SORTS } from '../support/faults.mjs';
import { productFaults } from '../support/product_faults.mjs';

productFaults(['shop', 'definition of the reference', 'search of articles', 'products', 'further variants'], SORTS);
productFaults(['product by reference'], SORTS, { defined: true });
