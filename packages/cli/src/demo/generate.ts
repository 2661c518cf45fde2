import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { LEDGER_ENTITY, writeBooks } from './books.ts';
import { type Charge, chargesOf, periodOf } from './charges.ts';
import { type DataCentreInput, writeDataCentre } from './data-centre.ts';
import { focusCsv, scaled } from './dialects.ts';
import { syntheticRates } from './rates.ts';
import { RESTATED, SAMPLE_ENTITIES, SAMPLE_MONTHS, type SampleEntity } from './sample-group.ts';

export const DEMO_SEED = 'aurelia-1';

export interface GenerateOptions {
  /** Files are written below this folder: one folder an entity, and the rates. */
  readonly dir: string;
  /** `YYYY-MM`; the twelve of 2025 unless told. */
  readonly months?: readonly string[];
  /** Codes of the entities; all four unless told. */
  readonly entities?: readonly string[];
  /** About so many rows a file; 420 unless told. */
  readonly rows?: number;
  readonly seed?: string;
}

/** One generated bill, with the totals that an import has to find in it. */
export interface GeneratedFile {
  readonly path: string;
  readonly entity: string;
  readonly month: string;
  readonly currency: string;
  readonly rows: number;
  /** Decimal strings, exact. */
  readonly billed_cost: string;
  readonly effective_cost: string;
}

export interface GeneratedInput {
  readonly files: readonly GeneratedFile[];
  /** A second file for a month that is there already, to be imported with `--replace`. */
  readonly restated: readonly GeneratedFile[];
  readonly rates: string;
  /** By code of the entity: what its data centre measured. */
  readonly dataCentres: ReadonlyMap<string, DataCentreInput>;
  /** By code: the FEC of the company that has one. */
  readonly books: ReadonlyMap<string, string>;
}

/**
 * Writes the bills and the exchange rates of the sample group. The same options give the same bytes, on every machine and
 * for every subset of months and entities.
 */
export async function generateInput(options: GenerateOptions): Promise<GeneratedInput> {
  const { dir, months = SAMPLE_MONTHS, rows = 420, seed = DEMO_SEED } = options;
  const entities = SAMPLE_ENTITIES.filter(({ code }) => options.entities?.includes(code) ?? true);
  const files: GeneratedFile[] = [];
  const restated: GeneratedFile[] = [];
  const dataCentres = new Map<string, DataCentreInput>();
  const books = new Map<string, string>();
  for (const entity of entities) {
    const folder = join(dir, entity.code);
    await mkdir(folder, { recursive: true });
    dataCentres.set(entity.code, await writeDataCentre(folder, entity, months, seed));
    if (entity.code === LEDGER_ENTITY) books.set(entity.code, await writeBooks(folder, entity, { months, rows, seed }));
    for (const month of months) {
      const charges = chargesOf({ entity, month, rows, seed });
      // One provider delivers its June file compressed.
      const packed = entity.code === 'FR01' && month.endsWith('-06');
      files.push(await writeBill(folder, entity, month, charges, packed ? '.csv.gz' : '.csv'));
      if (entity.code === RESTATED.entity && month === RESTATED.month) {
        restated.push(await writeBill(folder, entity, month, restate(charges), '_restated.csv'));
      }
    }
  }
  const rates = join(dir, 'synthetic-reference-rates.csv');
  await writeFile(rates, syntheticRates(seed));
  return { files, restated, rates, dataCentres, books };
}

async function writeBill(
  folder: string,
  entity: SampleEntity,
  month: string,
  charges: readonly Charge[],
  suffix: string,
): Promise<GeneratedFile> {
  const text = focusCsv(charges, entity, periodOf(month));
  const path = join(folder, `${month}_${entity.code}_focus${suffix}`);
  await writeFile(path, suffix.endsWith('.gz') ? gzipSync(text) : text);
  const sum = (of: (charge: Charge) => bigint): string =>
    scaled(
      charges.reduce((total, charge) => total + of(charge), 0n),
      10,
    );
  return {
    path,
    entity: entity.code,
    month,
    currency: entity.currency,
    rows: charges.length,
    billed_cost: sum((charge) => charge.billed),
    effective_cost: sum((charge) => charge.effective),
  };
}

/** The provider found that it had billed one service in nine a quarter too high, and sends the whole month again. */
function restate(charges: readonly Charge[]): Charge[] {
  return charges.map((charge, index) => {
    if (charge.category !== 'Usage' || charge.correction || index % 9 !== 0 || charge.quantity === null) return charge;
    const quantity = (charge.quantity * 4n) / 5n;
    const price = charge.priceMicros ?? 0n;
    const contracted = quantity * ((price * 92n) / 100n || price);
    return {
      ...charge,
      quantity,
      list: quantity * price,
      contracted,
      billed: charge.commitment === null ? contracted : 0n,
      effective: contracted,
    };
  });
}
