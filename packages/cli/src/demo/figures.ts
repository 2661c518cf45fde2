import type { EntityNode } from '@prorata/finops';
import type { GroupNode } from '@prorata/group';
import { addDecimals, equalDecimals } from '../terminal/decimals.ts';
import type { GeneratedFile, GeneratedInput } from './generate.ts';

/** One entity over all months: what its bills say, what its facts say, what the group says. Decimal strings. */
export interface ConservationRow {
  readonly entity: string;
  readonly currency: string;
  readonly measure: 'cost_effective' | 'cost_billed';
  readonly imported: string;
  readonly facts: string;
  readonly group: string;
  readonly equal: boolean;
}

export interface DemoFigures {
  /** The group's cost month by month in its own currency; never rounded. */
  readonly months: readonly {
    readonly period_month: string;
    readonly cost: string | null;
    readonly currency: string;
  }[];
  readonly entities: readonly {
    readonly entity: string;
    readonly label: string;
    readonly cost: string | null;
    readonly currency: string;
    readonly local_cost: string | null;
    readonly local_currency: string | null;
    readonly share: string | null;
  }[];
  readonly conservation: readonly ConservationRow[];
  /** True when imported = facts = group for every entity and both costs. */
  readonly conserved: boolean;
  readonly facts: number;
}

const MEASURES = ['cost_effective', 'cost_billed'] as const;

/** Reads the group's answers, and holds them against the bills month by month. */
export async function demoFigures(
  group: GroupNode,
  entities: ReadonlyMap<string, EntityNode>,
  input: GeneratedInput,
): Promise<DemoFigures> {
  const { reportEntities, reportMonths } = await import('@prorata/group');
  const months = await reportMonths(group);
  const ranking = await reportEntities(group);
  const conservation: ConservationRow[] = [];
  for (const [code, entity] of entities) {
    const files = standingFiles(input).filter((file) => file.entity === code);
    conservation.push(...(await conservationOf(group, entity, code, files)));
  }
  return {
    months: months.rows.map(({ period_month, cost, currency }) => ({ period_month, cost, currency })),
    entities: ranking.rows.map(({ entity, label, cost, currency, local_cost, local_currency, share }) => {
      return { entity, label, cost, currency, local_cost, local_currency, share };
    }),
    conservation,
    conserved: conservation.every(({ equal }) => equal),
    facts: ranking.rows.reduce((sum, row) => sum + row.fact_rows, 0),
  };
}

/** A restated file stands in the place of the first one. */
function standingFiles(input: GeneratedInput): GeneratedFile[] {
  const restated = new Map(input.restated.map((file) => [`${file.entity}/${file.month}`, file]));
  return input.files.map((file) => restated.get(`${file.entity}/${file.month}`) ?? file);
}

async function conservationOf(
  group: GroupNode,
  entity: EntityNode,
  code: string,
  files: readonly GeneratedFile[],
): Promise<ConservationRow[]> {
  const { reportEntities } = await import('@prorata/group');
  const { reportFacts } = await import('@prorata/finops');
  const facts = [];
  for (const { month } of files) facts.push((await reportFacts(entity, { month, limit: 1 })).conservation.facts);
  const rows: ConservationRow[] = [];
  for (const measure of MEASURES) {
    const report = await reportEntities(group, { entity: [code], measure });
    const imported = addDecimals(
      files.map((file) => (measure === 'cost_billed' ? file.billed_cost : file.effective_cost)),
    );
    const stated = addDecimals(facts.flat().map((total) => total[measure]));
    const received = addDecimals(report.rows.map((row) => row.local_cost ?? '0'));
    rows.push({
      entity: code,
      currency: entity.config.currency,
      measure,
      imported,
      facts: stated,
      group: received,
      equal: equalDecimals(imported, stated) && equalDecimals(stated, received),
    });
  }
  return rows;
}
