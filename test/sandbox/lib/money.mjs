// Money as a pair of integers [shop, presentment], each in the minor unit of its own currency.
//
// Everything the sandbox invents is computed here with integers and printed at the very end, so that what is
// meant to add up does so exactly, in both currencies, and what is meant not to is off by a known amount.

export const EXPONENT = { EUR: 2, USD: 2, GBP: 2, CAD: 2, JPY: 0, KWD: 3 };

export const ZERO = Object.freeze([0, 0]);
export const add = (a, b) => [a[0] + b[0], a[1] + b[1]];
export const sub = (a, b) => [a[0] - b[0], a[1] - b[1]];
export const times = (a, n) => [a[0] * n, a[1] * n];
export const sum = list => list.reduce(add, ZERO);
export const isZero = a => a[0] === 0 && a[1] === 0;

/** n * numerator / denominator, half away from zero. */
export function ratio(n, numerator, denominator) {
  if (denominator === 0) return 0;
  const scaled = n * numerator;
  const half = Math.floor((Math.abs(scaled) + denominator / 2) / denominator);
  return scaled < 0 ? -half : half;
}
export const ratioPair = (a, numerator, denominator) => [
  ratio(a[0], numerator, denominator),
  ratio(a[1], numerator, denominator),
];

/** Splits `total` over `weights` by largest remainder: the shares always add up to `total`. */
export function allocate(total, weights) {
  const whole = weights.reduce((x, y) => x + y, 0);
  if (whole === 0) return weights.map(() => 0);
  const exact = weights.map(w => (total * w) / whole);
  const shares = exact.map(Math.floor);
  let left = total - shares.reduce((x, y) => x + y, 0);
  const order = exact.map((x, i) => [x - shares[i], i]).sort((x, y) => y[0] - x[0] || x[1] - y[1]);
  for (let k = 0; left > 0; k++, left--) shares[order[k % order.length][1]]++;
  return shares;
}
export function allocatePair(total, weights) {
  const shop = allocate(
    total[0],
    weights.map(w => w[0]),
  );
  const buyer = allocate(
    total[1],
    weights.map(w => w[1]),
  );
  return shop.map((s, i) => [s, buyer[i]]);
}

/** Prints as Shopify does: no padding, but always one digit after the point: 1250 -> "12.5", 0 -> "0.0". */
export function print(minor, exponent) {
  if (exponent === 2 && minor >= 0) {
    // nearly every amount there is
    const cents = minor % 100,
      whole = (minor - cents) / 100;
    return cents % 10 === 0 ? `${whole}.${cents / 10}` : cents < 10 ? `${whole}.0${cents}` : `${whole}.${cents}`;
  }
  const sign = minor < 0 ? '-' : '';
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const fraction = exponent ? digits.slice(-exponent).replace(/0+$/, '') : '';
  return `${sign}${whole}.${fraction || '0'}`;
}

/** A MoneyBag. With one currency both sides are the same object: fewer allocations, same answer. */
export function bag(pair, currencies) {
  const [shop, buyer] = currencies;
  const shopMoney = { __typename: 'MoneyV2', amount: print(pair[0], shop.exponent), currencyCode: shop.code };
  if (shop === buyer) return { shopMoney, presentmentMoney: shopMoney };
  return {
    shopMoney,
    presentmentMoney: { __typename: 'MoneyV2', amount: print(pair[1], buyer.exponent), currencyCode: buyer.code },
  };
}
