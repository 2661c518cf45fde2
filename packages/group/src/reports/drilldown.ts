import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import { aggregate, type Figures, type ReportHead } from './aggregate.ts';
import type { Dimension } from './dimensions.ts';
import type { ReportInput } from './filters.ts';
import { applicationLabels, domainLabels, entityLabels, ofEntity, productLabels } from './labels.ts';
import { finish, type Page, productOf, read } from './reports.ts';

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
  const level = levelOf(input);
  const { entity, domain, application, limit = 200, offset = 0, ...rest } = input;
  const filters: ReportInput = {
    ...rest,
    ...(entity === undefined ? {} : { entity: [entity] }),
    ...(domain === undefined ? {} : { domain: [domain] }),
    ...(application === undefined ? {} : { application: [application] }),
  };
  return await read(group, async (tx) => {
    const options = { groupBy: GROUP_BY[level], withQuantity: level === 'product', limit, offset };
    const { head, rows } = await aggregate(tx, group, filters, options);
    const entities = await entityLabels(tx);
    const domains = await domainLabels(tx);
    const steps = rows.map((row) => ({
      entity_id: entity ?? '',
      application_id: row.application_id ?? application ?? '',
    }));
    const here = { entity_id: entity ?? '', application_id: application ?? '' };
    const applications = await applicationLabels(tx, [...steps, here]);
    const products = await productLabels(
      tx,
      rows.flatMap((row) => row.product_id ?? []),
      entity === undefined ? undefined : [entity],
    );
    const applicationLabel = (code: string) => applications.get(ofEntity(entity ?? '', code)) ?? code;

    return {
      ...head,
      level,
      breadcrumb: [
        { level: 'group', code: group.config.tenant.code, label: group.config.tenant.label },
        ...(entity === undefined
          ? []
          : [{ level: 'entity' as const, code: entity, label: entities.get(entity) ?? entity }]),
        ...(domain === undefined
          ? []
          : [{ level: 'domain' as const, code: domain, label: domains.get(domain) ?? domain }]),
        ...(application === undefined
          ? []
          : [{ level: 'application' as const, code: application, label: applicationLabel(application) }]),
      ],
      rows: rows.map((row) => {
        if (level === 'product') {
          const { product, ...of } = productOf(row, products);
          return finish(head, row, { code: product, ...of });
        }
        if (level === 'application') {
          const code = row.application_id ?? '';
          return finish(head, row, { code, label: applicationLabel(code) });
        }
        const code = (level === 'entity' ? row.entity_id : row.domain_id) ?? '';
        return finish(head, row, { code, label: (level === 'entity' ? entities : domains).get(code) ?? code });
      }),
    };
  });
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
