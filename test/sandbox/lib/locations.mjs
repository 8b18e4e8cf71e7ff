// The places that stock goods, as the merchant sets them up.

import { LOCATIONS } from './world.mjs';
import { iso } from './clock.mjs';
import { gid } from './errors.mjs';

const CREATED = Date.UTC(2024, 0, 1, 9) / 1000;
const COUNTRY = { FR: 'France', DE: 'Germany', GB: 'United Kingdom' };

export class Locations {
  constructor(clock) {
    this.clock = clock;
    this.rows = LOCATIONS.map((l, index) => ({
      ...l,
      index,
      updated: CREATED,
      deactivated: l.active ? null : CREATED,
    }));
  }
  byId(id) {
    return this.rows.find(l => l.id === id) ?? null;
  }
  /** An index, id, gid or name. */
  find(which) {
    const id = Number(/(\d+)$/.exec(String(which))?.[1]);
    return this.rows.find(l => l.index === which || l.id === id || l.name === which) ?? null;
  }

  /** change: { name, active } */
  edit(which, change) {
    const row = this.find(which);
    if (!row) throw new Error(`no location ${which}`);
    for (const key of Object.keys(change))
      if (key !== 'name' && key !== 'active') throw new Error(`unknown location change "${key}"`);
    if (change.active !== undefined) row.deactivated = change.active ? null : this.clock.seconds();
    Object.assign(row, change, { updated: this.clock.seconds() });
    return this.summary(row);
  }
  summary({ id, name, active, service }) {
    return { id: gid('Location', id), name, active, service: service?.handle ?? null };
  }
  list() {
    return this.rows.map(row => this.summary(row));
  }

  view(row) {
    const { service } = row;
    return {
      __typename: 'Location',
      id: gid('Location', row.id),
      legacyResourceId: String(row.id),
      name: row.name,
      isActive: row.active,
      activatable: true,
      deactivatable: row.index > 0,
      deactivatedAt: iso(row.deactivated),
      isFulfillmentService: Boolean(service),
      shipsInventory: row.active,
      fulfillsOnlineOrders: row.active,
      hasActiveInventory: row.active,
      hasUnfulfilledOrders: row.active,
      address: {
        address1: `${row.index + 1} rue du Dépôt`,
        city: row.city,
        zip: row.zip,
        country: COUNTRY[row.country],
        countryCode: row.country,
        formatted: [`${row.index + 1} rue du Dépôt`, `${row.zip} ${row.city}`, COUNTRY[row.country]],
      },
      fulfillmentService: service && {
        __typename: 'FulfillmentService',
        id: gid('FulfillmentService', service.id),
        handle: service.handle,
        serviceName: service.name,
        type: 'THIRD_PARTY',
        inventoryManagement: true,
        trackingSupport: true,
        location: (args, context) => context.locations.view(row),
      },
      createdAt: iso(CREATED),
      updatedAt: iso(row.updated),
      _index: row.index,
    };
  }
}

/** A field resolver for the location with this id. */
export const locationField = id => (args, context) => {
  const row = context.locations.byId(id);
  return row && context.locations.view(row);
};
