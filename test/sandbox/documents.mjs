// Documents that the tests send: the fields an order export selects, valid on every version the sandbox serves.

const COMMON = `
fragment Bag on MoneyBag {
  shopMoney { amount currencyCode }
  presentmentMoney @include(if: $presentment) { amount currencyCode }
}

fragment Tax on TaxLine {
  title
  rate
  source
  channelLiable
  priceSet { ...Bag }
}

fragment Alloc on DiscountAllocation {
  allocatedAmountSet { ...Bag }
  discountApplication { __typename index targetType }
}

fragment Addr on MailingAddress {
  firstName
  lastName
  company
  address1
  address2
  city
  zip
  province
  provinceCode
  countryCodeV2
  phone
}

fragment OrderHeader on Order {
  id
  legacyResourceId
  name
  number
  confirmationNumber
  createdAt
  processedAt
  updatedAt
  cancelledAt
  cancelReason
  closedAt
  confirmed
  test
  edited
  displayFinancialStatus
  displayFulfillmentStatus
  returnStatus
  fullyPaid
  unpaid
  currencyCode
  presentmentCurrencyCode
  taxesIncluded
  taxExempt
  estimatedTaxes
  dutiesIncluded
  email
  phone
  note
  tags
  poNumber
  customerLocale
  sourceName
  sourceIdentifier
  registeredSourceUrl
  app { id name }
  publication { id }
  retailLocation { id name }
  paymentGatewayNames
  discountCodes
  customAttributes { key value }
  billingAddress { ...Addr }
  shippingAddress { ...Addr }
  customer {
    id
    legacyResourceId
    firstName
    lastName
    defaultEmailAddress { emailAddress }
    defaultPhoneNumber { phoneNumber }
    taxExempt
    taxExemptions
  }
  purchasingEntity {
    __typename
    ... on PurchasingCompany {
      company { id name externalId }
      location { id name externalId taxSettings { taxRegistrationId taxExempt taxExemptions } }
      contact { id customer { id } }
    }
    ... on Customer { customerId: id }
  }
  paymentTerms {
    id
    paymentTermsName
    paymentTermsType
    dueInDays
    overdue
    paymentSchedules(first: 5) {
      nodes { id issuedAt dueAt completedAt balanceDue { amount currencyCode } totalBalance { amount currencyCode } }
    }
  }
  subtotalPriceSet { ...Bag }
  totalDiscountsSet { ...Bag }
  totalShippingPriceSet { ...Bag }
  totalTaxSet { ...Bag }
  totalTipReceivedSet { ...Bag }
  totalPriceSet { ...Bag }
  currentTotalTaxSet { ...Bag }
  currentTotalPriceSet { ...Bag }
  originalTotalDutiesSet { ...Bag }
  currentTotalDutiesSet { ...Bag }
  totalReceivedSet { ...Bag }
  totalRefundedSet { ...Bag }
  totalOutstandingSet { ...Bag }
  totalCashRoundingAdjustment { paymentSet { ...Bag } refundSet { ...Bag } }
  taxLines { ...Tax }
  additionalFees { id name price { ...Bag } taxLines { ...Tax } }
  discountApplications(first: 20) {
    pageInfo { hasNextPage endCursor }
    nodes {
      __typename
      index
      allocationMethod
      targetSelection
      targetType
      value { __typename ... on MoneyV2 { amount currencyCode } ... on PricingPercentageValue { percentage } }
      ... on DiscountCodeApplication { code }
      ... on AutomaticDiscountApplication { title }
      ... on ManualDiscountApplication { title description }
      ... on ScriptDiscountApplication { title }
    }
  }
  shippingLines(first: 10) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id
      title
      code
      source
      carrierIdentifier
      deliveryCategory
      custom
      isRemoved
      originalPriceSet { ...Bag }
      discountedPriceSet { ...Bag }
      currentDiscountedPriceSet { ...Bag }
      taxLines { ...Tax }
      discountAllocations { ...Alloc }
    }
  }
  transactions(first: 50) {
    id
    kind
    status
    gateway
    formattedGateway
    paymentId
    test
    createdAt
    processedAt
    amountSet { ...Bag }
    parentTransaction { id }
  }
  refunds(first: 50) {
    id
    legacyResourceId
    createdAt
    processedAt
    updatedAt
    return { id }
    totalRefundedSet { ...Bag }
  }
}

fragment OrderLine on LineItem {
  id
  sku
  title
  variantTitle
  name
  vendor
  quantity
  currentQuantity
  refundableQuantity
  unfulfilledQuantity
  nonFulfillableQuantity
  requiresShipping
  taxable
  isGiftCard
  product { id }
  variant { id legacyResourceId sku barcode inventoryItem { id } }
  lineItemGroup { id title quantity variantId variantSku }
  sellingPlan { name }
  customAttributes { key value }
  originalUnitPriceSet { ...Bag }
  originalTotalSet { ...Bag }
  discountedTotalSet { ...Bag }
  discountAllocations { ...Alloc }
  taxLines { ...Tax }
  duties { id harmonizedSystemCode countryCodeOfOrigin price { ...Bag } taxLines { ...Tax } }
}
`;

export const ORDER = `query OrderById($id: ID!, $lines: Int!, $presentment: Boolean!) {
  order(id: $id) { ...OrderHeader lineItems(first: $lines) { pageInfo { hasNextPage endCursor } nodes { ...OrderLine } }
    fulfillments(first: 50) { id name status createdAt updatedAt location { id } trackingInfo(first: 10) { company number url } } }
}${COMMON}`;

export const ORDERS = `query OrdersDelta($first: Int!, $after: String, $query: String!, $lines: Int!, $presentment: Boolean!) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) { pageInfo { hasNextPage endCursor }
    nodes { ...OrderHeader lineItems(first: $lines) { pageInfo { hasNextPage endCursor } nodes { ...OrderLine } } } }
}${COMMON}`;

export const NODES = `query OrdersByIds($ids: [ID!]!, $lines: Int!, $presentment: Boolean!) {
  nodes(ids: $ids) { ... on Order { ...OrderHeader lineItems(first: $lines) { pageInfo { hasNextPage endCursor } nodes { ...OrderLine } } } }
}${COMMON}`;

export const CHANGED = `query OrdersChanged($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) { pageInfo { hasNextPage endCursor }
    nodes { id name updatedAt cancelledAt test displayFinancialStatus displayFulfillmentStatus } }
}`;

export const LINES = `query OrderLines($id: ID!, $first: Int!, $after: String) {
  order(id: $id) { id lineItems(first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes { id sku quantity currentQuantity } } }
}`;

export const REFUNDS = `query OrderRefunds($id: ID!) {
  order(id: $id) { id displayFinancialStatus totalRefundedSet { ...Bag } refundDiscrepancySet { ...Bag }
    refunds(first: 50) { id note createdAt processedAt return { id name } totalRefundedSet { ...Bag } duties { amountSet { ...Bag } originalDuty { id } }
      refundLineItems(first: 100) { pageInfo { hasNextPage endCursor } nodes { id quantity restockType restocked location { id name } lineItem { id sku } priceSet { ...Bag } subtotalSet { ...Bag } totalTaxSet { ...Bag } } }
      refundShippingLines(first: 10) { nodes { id shippingLine { id } subtotalAmountSet { ...Bag } taxAmountSet { ...Bag } } }
      orderAdjustments(first: 20) { nodes { id reason amountSet { ...Bag } taxAmountSet { ...Bag } } }
      transactions(first: 20) { nodes { id kind status gateway paymentId processedAt amountSet { ...Bag } parentTransaction { id } } } } }
}
fragment Bag on MoneyBag { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }`;

/** The agreements of orders, with the sales of each, and what refunds and shipments say beside them. */
const AGREEMENTS_OF = `
fragment Pair on MoneyBag { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
fragment AgreementsOf on Order {
  id updatedAt
  agreements(first: $agreements, after: $after) { pageInfo { hasNextPage endCursor }
    nodes { __typename id happenedAt reason
      ... on RefundAgreement { refund { id } }
      sales(first: $sales, after: $sales_after) { pageInfo { hasNextPage endCursor }
        nodes { __typename id actionType lineType quantity
          totalAmount { ...Pair } totalTaxAmount { ...Pair }
          totalDiscountAmountAfterTaxes { ...Pair } totalDiscountAmountBeforeTaxes { ...Pair }
          taxes { id amount { ...Pair } taxLine { title rate channelLiable } }
          ... on ProductSale { lineItem { id } }
          ... on GiftCardSale { lineItem { id } }
          ... on TipSale { lineItem { id } }
          ... on DutySale { duty { id } } } } } }
  refunds(first: $lists) { id createdAt transactions(first: 10) { nodes { id } }
    refundLineItems(first: $sales) { pageInfo { hasNextPage } nodes { quantity restockType lineItem { id } } } }
  fulfillments(first: $lists) { id status location { id name }
    fulfillmentLineItems(first: $sales) { pageInfo { hasNextPage } nodes { quantity lineItem { id } } } }
}`;
const PAGES = '$agreements: Int!, $after: String, $sales: Int!, $sales_after: String, $lists: Int!';
export const AGREEMENTS = `query OrderAgreements($ids: [ID!]!, ${PAGES}) { nodes(ids: $ids) { ...AgreementsOf } }${AGREEMENTS_OF}`;
export const ORDER_AGREEMENTS = `query OrderAgreementsById($id: ID!, ${PAGES}) { order(id: $id) { ...AgreementsOf } }${AGREEMENTS_OF}`;

export const PROBE = `query ShopProbe {
  shop { id name myshopifyDomain currencyCode enabledPresentmentCurrencies ianaTimezone timezoneOffset taxesIncluded taxShipping weightUnit orderNumberFormatPrefix orderNumberFormatSuffix
    plan { publicDisplayName partnerDevelopment shopifyPlus } resourceLimits { locationLimit maxProductVariants maxProductOptions }
    entitlements { markets { b2b { enabled catalogs { enabled } } } } features { bundles { eligibleForBundles } giftCards } }
  currentAppInstallation { id accessScopes { handle } }
}`;
