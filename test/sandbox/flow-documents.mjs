// Documents of the flows that write: stock, products, fulfillments. As in documents.mjs, valid on every version, but for
// LEVELS and LEVELS_2026_01.

export const LOCATIONS = `query Locations($first: Int!, $after: String) {
  locations(first: $first, after: $after, includeInactive: true, includeLegacy: true) {
    pageInfo { hasNextPage endCursor }
    nodes { id legacyResourceId name isActive isFulfillmentService fulfillsOnlineOrders shipsInventory hasActiveInventory
      fulfillmentService { id handle type } address { address1 city provinceCode countryCode zip } updatedAt }
  }
}`;

export const BY_SKU = `query VariantsBySku($query: String!, $first: Int!, $after: String) {
  productVariants(first: $first, after: $after, query: $query, sortKey: ID) {
    pageInfo { hasNextPage endCursor }
    nodes { id sku barcode price compareAtPrice requiresComponents product { id status }
      inventoryItem { id tracked requiresShipping duplicateSkuCount } }
  }
}`;

const levels = (argument, active) => `query InventoryLevelsByIds($ids: [ID!]!, $location: ID!) {
  nodes(ids: $ids) {
    ... on InventoryItem { id sku tracked inventoryLevel(locationId: $location${argument}) {
      id ${active} quantities(names: ["available", "on_hand", "committed"]) { name quantity updatedAt } } }
  }
}`;
export const LEVELS = levels(', includeInactive: true', 'isActive');
export const LEVELS_2026_01 = levels('', '');

export const ITEMS = `query InventoryItemsPage($first: Int!, $after: String, $query: String) {
  inventoryItems(first: $first, after: $after, query: $query) {
    pageInfo { hasNextPage endCursor }
    nodes { id sku tracked duplicateSkuCount updatedAt inventoryLevels(first: 20) { pageInfo { hasNextPage endCursor }
      nodes { id updatedAt location { id } quantities(names: ["available", "on_hand", "committed"]) { name quantity updatedAt } } } }
  }
}`;

export const SET = `mutation InventorySet($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id createdAt reason referenceDocumentUri
      changes(quantityNames: ["available", "on_hand"]) { name delta quantityAfterChange item { id } location { id } } }
    userErrors { code field message }
  }
}`;

export const ACTIVATE = `mutation InventoryActivate($item: ID!, $location: ID!, $available: Int, $onHand: Int, $key: String!) {
  inventoryActivate(inventoryItemId: $item, locationId: $location, available: $available, onHand: $onHand) @idempotent(key: $key) {
    inventoryLevel { id quantities(names: ["available", "on_hand"]) { name quantity } }
    userErrors { field message }
  }
}`;

export const TOGGLE = `mutation InventoryBulkToggle($item: ID!, $updates: [InventoryBulkToggleActivationInput!]!) {
  inventoryBulkToggleActivation(inventoryItemId: $item, inventoryItemUpdates: $updates) {
    inventoryLevels { id location { id } }
    userErrors { code field message }
  }
}`;

export const ITEM_UPDATE = `mutation InventoryItemUpdate($id: ID!, $input: InventoryItemInput!) {
  inventoryItemUpdate(id: $id, input: $input) {
    inventoryItem { id sku tracked unitCost { amount currencyCode } }
    userErrors { field message }
  }
}`;

export const PRODUCTS = `query ProductsDelta($first: Int!, $after: String, $query: String!) {
  products(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { id legacyResourceId handle title status vendor productType tags createdAt updatedAt publishedAt isGiftCard
      hasOnlyDefaultVariant variantsCount { count precision } options { id name position optionValues { id name } }
      variants(first: 100) { pageInfo { hasNextPage endCursor }
        nodes { id legacyResourceId sku barcode title position price compareAtPrice taxable inventoryPolicy updatedAt
          requiresComponents selectedOptions { name value }
          inventoryItem { id tracked requiresShipping unitCost { amount currencyCode } } } } }
  }
}`;

export const PRODUCT = `query ProductById($id: ID!) {
  product(id: $id) { id handle title status vendor productType tags descriptionHtml updatedAt options { id name optionValues { id name } }
    variants(first: 250) { nodes { id sku title barcode price compareAtPrice selectedOptions { name value }
      inventoryItem { id tracked unitCost { amount } measurement { weight { value unit } } } } } }
}`;

export const BY_IDENTIFIER = `query ProductByIdentifier($identifier: ProductIdentifierInput!) {
  productByIdentifier(identifier: $identifier) { id handle title }
}`;

export const PRODUCT_CREATE = `mutation ProductCreate($product: ProductCreateInput!) {
  productCreate(product: $product) {
    product { id handle status options { id name optionValues { id name } }
      variants(first: 100) { nodes { id sku title price inventoryItem { id tracked } } } }
    userErrors { field message }
  }
}`;

export const PRODUCT_UPDATE = `mutation ProductUpdate($product: ProductUpdateInput!) {
  productUpdate(product: $product) { product { id handle title status updatedAt tags } userErrors { field message } }
}`;

export const PRODUCT_SET = `mutation ProductSet($identifier: ProductSetIdentifiers, $input: ProductSetInput!, $synchronous: Boolean!) {
  productSet(identifier: $identifier, input: $input, synchronous: $synchronous) {
    product { id handle title status variants(first: 100) { nodes { id sku price inventoryItem { id } } } }
    productSetOperation { id status userErrors { code field message } }
    userErrors { code field message }
  }
}`;

export const PRODUCT_OPERATION = `query ProductOperation($id: ID!) {
  productOperation(id: $id) { __typename status product { id handle variantsCount { count } }
    ... on ProductSetOperation { id userErrors { code field message } } }
}`;

export const VARIANTS_UPDATE = `mutation VariantsBulkUpdate($productId: ID!, $variants: [ProductVariantsBulkInput!]!, $partial: Boolean!) {
  productVariantsBulkUpdate(productId: $productId, variants: $variants, allowPartialUpdates: $partial) {
    product { id }
    productVariants { id sku price compareAtPrice updatedAt inventoryItem { id tracked unitCost { amount } } }
    userErrors { code field message }
  }
}`;

export const VARIANTS_CREATE = `mutation VariantsBulkCreate($productId: ID!, $variants: [ProductVariantsBulkInput!]!, $strategy: ProductVariantsBulkCreateStrategy) {
  productVariantsBulkCreate(productId: $productId, variants: $variants, strategy: $strategy) {
    product { id variantsCount { count } }
    productVariants { id sku title inventoryItem { id } }
    userErrors { code field message }
  }
}`;

export const TAGS_ADD = `mutation TagsAdd($id: ID!, $tags: [String!]!) {
  tagsAdd(id: $id, tags: $tags) { node { id } userErrors { field message } }
}`;

export const FULFILLMENT_ORDERS = `query FulfillmentOrders($id: ID!) {
  order(id: $id) { id name cancelledAt displayFulfillmentStatus
    fulfillmentOrders(first: 50) { pageInfo { hasNextPage endCursor }
      nodes { id status requestStatus fulfillAt updatedAt assignedLocation { name location { id legacyResourceId } }
        deliveryMethod { methodType } supportedActions { action } fulfillmentHolds { id reason displayReason }
        lineItems(first: 100) { pageInfo { hasNextPage endCursor }
          nodes { id sku totalQuantity remainingQuantity inventoryItemId lineItem { id } } } } }
    fulfillments(first: 100) { id name status createdAt updatedAt totalQuantity location { id }
      trackingInfo(first: 20) { company number url }
      fulfillmentLineItems(first: 100) { pageInfo { hasNextPage endCursor } nodes { id quantity lineItem { id } } } } }
}`;

export const SHIP = `mutation FulfillmentCreate($fulfillment: FulfillmentInput!, $message: String) {
  fulfillmentCreate(fulfillment: $fulfillment, message: $message) {
    fulfillment { id name status createdAt totalQuantity trackingInfo(first: 20) { company number url } }
    userErrors { field message }
  }
}`;

export const TRACKING = `mutation FulfillmentTrackingUpdate($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify) {
    fulfillment { id status updatedAt trackingInfo(first: 20) { company number url } }
    userErrors { field message }
  }
}`;

export const SHIP_CANCEL = `mutation FulfillmentCancel($id: ID!) {
  fulfillmentCancel(id: $id) { fulfillment { id status } userErrors { field message } }
}`;

export const MOVE = `mutation FulfillmentOrderMove($id: ID!, $newLocation: ID!, $lines: [FulfillmentOrderLineItemInput!]) {
  fulfillmentOrderMove(id: $id, newLocationId: $newLocation, fulfillmentOrderLineItems: $lines) {
    movedFulfillmentOrder { id status }
    remainingFulfillmentOrder { id status }
    userErrors { field message }
  }
}`;
