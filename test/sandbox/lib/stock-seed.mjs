// What lies where at start: one level per variant and location, from (seed, variant, location) alone.

import { Random } from './random.mjs';
import { LOCATIONS } from './world.mjs';

const CREATED = Date.UTC(2024, 0, 1, 9) / 1000;
export const STATES = ['available', 'reserved', 'damaged', 'safety_stock', 'quality_control', 'incoming'];
const [LYON, PARIS, KOELN, LILLE, SPEEDY] = [0, 1, 2, 3, 4];

export const emptyLevel = (active, at = CREATED) => ({
  active,
  available: 0,
  reserved: 0,
  damaged: 0,
  safety_stock: 0,
  quality_control: 0,
  incoming: 0,
  created: at,
  updated: at,
});

/** In how many of a hundred cases a variant has a level there, and has an inactive one. */
const SPREAD = { [LYON]: [100, 0], [PARIS]: [60, 8], [KOELN]: [40, 12], [LILLE]: [0, 20], [SPEEDY]: [9, 0] };

/** The level of variant n at a location (its index), or null where it was never stocked. */
export function seededLevel(seed, n, location) {
  if (location >= LOCATIONS.length) return null;
  const r = new Random(seed, n, 50 + location);
  const [active, inactive] = SPREAD[location];
  const draw = r.int(0, 99);
  if (draw >= active + inactive) return null;
  const level = emptyLevel(draw < active);
  level.available = r.weighted([
    [80, r.int(5, 200)],
    [12, r.int(0, 4)],
    [5, 0],
    [3, -r.int(1, 3)],
  ]);
  if (!level.active) level.available = Math.abs(level.available);
  else if (r.chance(0.08)) {
    level.damaged = r.int(1, 3);
    level.safety_stock = r.int(0, 5);
    level.reserved = r.int(0, 2);
    level.quality_control = r.int(0, 2);
  }
  if (level.active && r.chance(0.05)) level.incoming = r.int(5, 50);
  return level;
}
