import type { Tx } from '@prorata/platform';
import type { FileEngine } from '../import/duckdb.ts';
import { compileMapping, type Placement, UNALLOCATED } from './apply.ts';
import type { MappingDocument } from './document.ts';
import { type ChargeOrigin, columnsOf, type ExtraColumn } from './rules.ts';

/** Charges that a mapping cannot tell apart, with their money in one currency; decimal texts. */
export interface ChargeGroup extends ChargeOrigin {
  readonly currency: string;
  readonly rows: number;
  readonly cost_effective: string;
  readonly cost_billed: string;
}

/** A group and what the mapping says of it. */
export interface PlacedGroup {
  readonly group: ChargeGroup;
  readonly placement: Placement;
}

const ALWAYS = ['tags', 'sub_account_id', 'sub_account_name'] as const;
/** What a reader of an unplaced charge wants to see of it, whether or not a rule looks at it. */
const SHOWN: readonly ExtraColumn[] = ['provider', 'service_name', 'charge_category'];

function columns(document: MappingDocument): readonly string[] {
  return [...new Set([...ALWAYS, ...SHOWN, ...columnsOf(document.rules)])];
}

/** The charges of a month as they stand. */
export async function chargesOfMonth(
  tx: Tx,
  document: MappingDocument,
  key: readonly [tenantId: string, legalEntityId: string, firstDay: string],
): Promise<ChargeGroup[]> {
  const names = columns(document).join(', ');
  return await tx.query<ChargeGroup>(
    `SELECT ${names}, charge_category = 'Tax' AS tax, currency, sum(row_count)::float8 AS rows,
            trim_scale(sum(cost_effective))::text AS cost_effective, trim_scale(sum(cost_billed))::text AS cost_billed
       FROM consumption WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
      GROUP BY ${names}, charge_category = 'Tax', currency`,
    key,
  );
}

/** The charges of a file that was scanned: its groups stand in the engine's table `consumption`. */
export async function chargesOfScan(engine: FileEngine, document: MappingDocument): Promise<ChargeGroup[]> {
  const names = columns(document);
  const found = await engine.rows(
    `SELECT ${names.join(', ')}, currency, sum(row_count), sum(effective), sum(billed) FROM consumption GROUP BY ALL`,
  );
  return found.map((row) => {
    const values = Object.fromEntries(names.map((name, index) => [name, row[index] ?? null]));
    const [currency, rows, cost_effective, cost_billed] = row.slice(names.length).map((value) => value ?? '0');
    return {
      ...(values as unknown as Pick<ChargeOrigin, (typeof ALWAYS)[number]>),
      tax: values.charge_category === 'Tax',
      currency: currency ?? '',
      rows: Number(rows),
      cost_effective: cost_effective ?? '0',
      cost_billed: cost_billed ?? '0',
    };
  });
}

export function placeGroups(groups: readonly ChargeGroup[], document: MappingDocument): PlacedGroup[] {
  const mapping = compileMapping(document);
  return groups.map((group) => ({ group, placement: mapping(group) }));
}

/** Whether a charge reaches an application or a pool. */
export function isAllocated({ application, pool }: Placement): boolean {
  return pool !== undefined || application !== UNALLOCATED;
}
