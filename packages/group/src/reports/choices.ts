import { monthOf } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { ENVIRONMENTS, type Environment, monthsWithFacts } from './filters.ts';
import { domainLabels, entityLabels } from './labels.ts';
import { isOfEntity, read } from './read.ts';

/** What a page can offer to filter by. */
export interface Choices {
  readonly tenant: { readonly code: string; readonly label: string };
  /** The currency of reports that name none. */
  readonly currency: string;
  /** Currencies that reports can be made in. */
  readonly currencies: string[];
  readonly months: string[];
  readonly entities: {
    readonly code: string;
    readonly label: string;
    readonly country: string;
    readonly currency: string;
  }[];
  readonly domains: { readonly code: string; readonly label: string }[];
  /** As the references have them now. */
  readonly families: { readonly code: string; readonly label: string; readonly domain: string }[];
  readonly environments: Environment[];
}

/** Entities, domains that have facts, months that have facts, and currencies with a rate. */
export async function reportChoices(group: GroupNode): Promise<Choices> {
  return await read(group, async (tx) => {
    const months = await monthsWithFacts(tx, group);
    const shared = isOfEntity(group) ? 'mv_group_entity_domain_month' : 'mv_group_domain_month';
    const used = await tx.query<{ domain_id: string }>(`SELECT DISTINCT domain_id FROM ${shared} ORDER BY 1`);
    const families = await tx.query<{ code: string; label: string; domain: string }>(
      'SELECT code, label, domain_code AS domain FROM ref_family WHERE valid_to IS NULL ORDER BY code',
    );
    const rated = await tx.query<{ currency: string }>(
      `SELECT DISTINCT currency FROM fx_rate WHERE rate_set = (SELECT max(rate_set) FROM fx_rate_set)
        UNION SELECT base_currency FROM fx_rate_set`,
    );
    const entities = await tx.query<{ code: string; country: string; currency: string }>(
      'SELECT entity_id AS code, country, currency FROM dim_entity ORDER BY entity_id',
    );
    const labels = await entityLabels(tx);
    const domains = await domainLabels(tx);
    return {
      tenant: { code: group.config.tenant.code, label: group.config.tenant.label },
      currency: group.config.currency,
      currencies: [...new Set([group.config.currency, ...rated.map((row) => row.currency)])].sort(),
      months: months.map(monthOf),
      entities: entities.map((entity) => ({ ...entity, label: labels.get(entity.code) ?? entity.code })),
      domains: used.map(({ domain_id: code }) => ({ code, label: domains.get(code) ?? code })),
      families,
      environments: [...ENVIRONMENTS],
    };
  });
}
