// Faults of what `products push` writes: whatever becomes of the answer, each product is created once, and right.

import { FAULTS, SORTS, WRITES } from '../support/faults.mjs';
import { productFaults } from '../support/product_faults.mjs';

/** Carried out, and the answer is of no use: the next look finds it, so the run is done however often it happens. */
const LANDS = ['drop_after', 'hang_after', 'slow', 'truncated', 'cut_json', 'malformed_json', 'empty_body', 'http_after', 'internal_error', 'partial_data'];
const found = rows => rows.map(row => (LANDS.includes(row.fault) ? { ...row, ever: 'done' } : row));

productFaults(['creation of a product'], found([...FAULTS, ...WRITES.filter(row => row.fault !== 'internal_error')]));
productFaults(
  ['making of the definition', 'write of a product', 'options', 'write of variants', 'new variants'],
  found([...SORTS, ...WRITES]),
);
