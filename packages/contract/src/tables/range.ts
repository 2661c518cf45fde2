import { type RefusalCode, refuse } from '../format/refusals.ts';
import { FACTS } from '../format/tables.ts';

/**
 * Runs a check that adds decimals up. A sum beyond DECIMAL(38,18) is the bundle's fault and refused with `code`; it is
 * no failure of this machine (DuckDB raises it as an Out of Range error, our own decimals as a RangeError).
 */
export async function withinRange<T>(code: RefusalCode, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    const isRange =
      error instanceof RangeError || (error instanceof Error && /^(Out of Range|Conversion) Error/.test(error.message));
    if (!isRange) throw error;
    return refuse(code, 'A sum of the facts has more than 20 digits before the point', { file: FACTS.file });
  }
}
