import type { DriverWeights } from '@prorata/allocation';
import { firstDayOf, type Tx } from '@prorata/platform';

const WEIGHTS = `
  SELECT r.code AS driver, d.code AS dimension, trim_scale(v.weight)::text AS weight
    FROM ana_driver_value v
    JOIN ana_driver r ON r.id = v.driver_id
    JOIN ana_dimension d ON d.id = v.dimension_id
   WHERE r.code = ANY ($1) AND v.period_month = $2`;

/** The weights of drivers in one month, by driver and dimension; a driver without values is not in it. */
export async function driverWeights(
  tx: Tx,
  drivers: readonly string[],
  month: string,
): Promise<Map<string, DriverWeights>> {
  const weights = new Map<string, Map<string, string>>();
  if (drivers.length === 0) return weights;
  const rows = await tx.query<{ driver: string; dimension: string; weight: string }>(WEIGHTS, [
    drivers,
    firstDayOf(month),
  ]);
  for (const { driver, dimension, weight } of rows) {
    const own = weights.get(driver) ?? new Map<string, string>();
    weights.set(driver, own.set(dimension, weight));
  }
  return weights;
}
