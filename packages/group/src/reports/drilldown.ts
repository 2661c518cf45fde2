import type { Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import { type AggregateRow, aggregate, type Figures, type ReportHead } from './aggregate.ts';
import type { Dimension } from './dimensions.ts';
import type { ReportInput } from './filters.ts';
import { applicationLabels, domainLabels, entityLabels, ofEntity, productLabels } from './labels.ts';
import { read } from './read.ts';
import { finish, type Page, productOf, type ReportKind } from './reports.ts';

export const LEVELS = ['entity', 'domain', 'application', 'product'] as const;
export type Level = (typeof LEVELS)[number];

/** Where one stands: each step needs the ones before it. */
export interface DrilldownPath {
  readonly entity?: string;
  readonly domain?: string;
  readonly application?: string;
}

export type DrilldownInput = Omit<ReportInput, 'entity' | 'domain' | 'application'> & DrilldownPath & Page;

export interface DrilldownRow extends Figures {
  /** Code to go down with; null for facts without a product. */
  readonly code: string | null;
  readonly label: string;
  readonly currency: string;
  /** On the level of products only. */
  readonly unit?: string;
  readonly quantity?: string;
}

export interface Drilldown extends ReportHead {
  /** What the rows are. */
  readonly level: Level;
  /** The steps taken, the group first. */
  readonly breadcrumb: { readonly level: 'group' | Level; readonly code: string; readonly label: string }[];
  readonly rows: DrilldownRow[];
}

const GROUP_BY: Readonly<Record<Level, readonly [Dimension, ...Dimension[]]>> = {
  entity: ['entity_id'],
  domain: ['domain_id'],
  application: ['application_id'],
  product: ['product_id', 'unit'],
};

/**
 * One level of Group → Entity → Domain → Application → Product (spec 01, 6). The total of a level is the cost of the row one came
 * through, to the last decimal: all levels add up the same facts.
 *
 * @throws Problem `DRILLDOWN_PATH_INVALID` when a step is left out
 */
export async function drilldown(group: GroupNode, input: DrilldownInput = {}): Promise<Drilldown> {
  const { kind, filters, level } = drilldownKind(input);
  const { limit = 200, offset = 0, cursor } = input;
  return await read(group, async (tx) => {
    const { head, rows } = await aggregate(tx, group, filters, { ...kind.options, limit, offset, cursor });
    return {
      ...head,
      level,
      breadcrumb: await breadcrumb(tx, group, head, input),
      rows: await kind.finish(tx, head, rows, filters),
    };
  });
}

/** The level that a path leads to, as a report. @throws Problem `DRILLDOWN_PATH_INVALID` */
export function drilldownKind(input: DrilldownInput): {
  readonly kind: ReportKind<DrilldownRow>;
  readonly filters: ReportInput;
  readonly level: Level;
} {
  const level = levelOf(input);
  const { entity, domain, application, limit: _limit, offset: _offset, cursor: _cursor, ...rest } = input;
  const filters: ReportInput = {
    ...rest,
    ...(entity === undefined ? {} : { entity: [entity] }),
    ...(domain === undefined ? {} : { domain: [domain] }),
    ...(application === undefined ? {} : { application: [application] }),
  };
  return {
    level,
    filters,
    kind: {
      options: { groupBy: GROUP_BY[level], withQuantity: level === 'product' },
      paged: true,
      finish: (tx, head, rows) => finishLevel(tx, level, head, rows, entity),
    },
  };
}

async function finishLevel(
  tx: Tx,
  level: Level,
  head: ReportHead,
  rows: readonly AggregateRow[],
  entity: string | undefined,
): Promise<DrilldownRow[]> {
  if (level === 'product') {
    const codes = rows.flatMap((row) => row.product_id ?? []);
    const labels = await productLabels(tx, codes, entity === undefined ? undefined : [entity]);
    return rows.map((row) => {
      const { product, ...of } = productOf(row, labels);
      return finish(head, row, { code: product, ...of });
    });
  }
  if (level === 'application') {
    const places = rows.map((row) => ({ entity_id: entity ?? '', application_id: row.application_id ?? '' }));
    const labels = await applicationLabels(tx, places);
    return rows.map((row) => {
      const code = row.application_id ?? '';
      return finish(head, row, { code, label: labels.get(ofEntity(entity ?? '', code)) ?? code });
    });
  }
  const labels = level === 'entity' ? await entityLabels(tx) : await domainLabels(tx, head);
  return rows.map((row) => {
    const code = (level === 'entity' ? row.entity_id : row.domain_id) ?? '';
    return finish(head, row, { code, label: labels.get(code) ?? code });
  });
}

async function breadcrumb(
  tx: Tx,
  group: GroupNode,
  head: ReportHead,
  { entity, domain, application }: DrilldownPath,
): Promise<Drilldown['breadcrumb']> {
  const { code, label } = group.config.tenant;
  const steps: Drilldown['breadcrumb'] = [{ level: 'group', code, label }];
  if (entity !== undefined) {
    steps.push({ level: 'entity', code: entity, label: (await entityLabels(tx)).get(entity) ?? entity });
  }
  if (domain !== undefined) {
    steps.push({ level: 'domain', code: domain, label: (await domainLabels(tx, head)).get(domain) ?? domain });
  }
  if (entity !== undefined && application !== undefined) {
    const labels = await applicationLabels(tx, [{ entity_id: entity, application_id: application }]);
    const named = labels.get(ofEntity(entity, application)) ?? application;
    steps.push({ level: 'application', code: application, label: named });
  }
  return steps;
}

function levelOf(path: DrilldownPath): Level {
  const steps = [path.entity, path.domain, path.application];
  const depth = steps.indexOf(undefined);
  const taken = depth === -1 ? steps.length : depth;
  if (steps.slice(taken).some((step) => step !== undefined)) {
    const given = Object.entries({ entity: path.entity, domain: path.domain, application: path.application })
      .filter(([, code]) => code !== undefined)
      .map(([name]) => name);
    throw groupProblem('DRILLDOWN_PATH_INVALID', `given: ${given.join(', ')}; ${LEVELS[taken]} is missing`, {
      missing: LEVELS[taken],
    });
  }
  return LEVELS[taken] ?? 'product';
}
