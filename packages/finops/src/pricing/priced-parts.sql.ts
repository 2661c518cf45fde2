/**
 * What a fact (`f`) is worth at a price, with 18 decimals. A direct one is its quantity times the price, rounded half up.
 */
export const directValue = (price: string) => `round(f.quantity * ${price}, 18)`;

/**
 * An indirect fact (`f`) is its share of the price, the whole amount to spread (spec 04). Shares of one product, environment and
 * currency add up to 1, and so the parts add up to the price exactly: each is rounded down, and the units of 10^-18 that are left go
 * to the largest remainders, then to the larger share, then by code. Needs all shares of a product in the FROM it stands in.
 */
export const indirectValue = (price: string) => {
  const floor = `trunc(f.quantity * ${price}, 18)`;
  const product = 'PARTITION BY f.product_id, f.unit, f.environment, f.currency';
  const left = `(sum(f.quantity * ${price}) OVER (${product}) - sum(${floor}) OVER (${product})) * 1000000000000000000`;
  const order = `f.quantity * ${price} - ${floor} DESC, f.quantity DESC, f.application_id COLLATE "C", f.domain_id COLLATE "C"`;
  return `${floor} + CASE WHEN row_number() OVER (${product} ORDER BY ${order}) <= ${left} THEN 0.000000000000000001 ELSE 0 END`;
};
