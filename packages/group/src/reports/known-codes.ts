import type { Tx } from '@prorata/platform';
import { groupProblem } from '../problems.ts';
import { remembered } from './read.ts';

/** Codes that mean something without being named in any reference: what nobody bears, and what is tax. */
const RESERVED = { application: 'UNALLOCATED', product: 'TAX' } as const;

/** Codes that a report is asked for. */
export interface AskedCodes {
  readonly entity?: readonly string[];
  readonly domain?: readonly string[];
  readonly family?: readonly string[];
  readonly product?: readonly string[];
  readonly application?: readonly string[];
}

interface Kind {
  readonly filter: 'domain' | 'family' | 'product' | 'application';
  /** Where names are kept: answers at once for a code that has one. */
  readonly named: string;
  /** Where facts show a code that nobody named; asked only then, for the months of the report. */
  readonly published: string;
}

const KINDS: readonly Kind[] = [
  {
    filter: 'domain',
    named: 'SELECT DISTINCT code FROM ref_domain WHERE code = ANY($1)',
    published: 'SELECT DISTINCT domain_id AS code FROM mv_group_entity_domain_month',
  },
  {
    filter: 'family',
    named: 'SELECT DISTINCT code FROM ref_family WHERE code = ANY($1)',
    published: 'SELECT DISTINCT family_id AS code FROM mv_group_comparison_entities',
  },
  {
    filter: 'product',
    named: 'SELECT DISTINCT product_id AS code FROM dim_product_group WHERE product_id = ANY($1)',
    published: 'SELECT DISTINCT product_id AS code FROM mv_group_comparison_entities',
  },
  {
    filter: 'application',
    named: 'SELECT DISTINCT application_id AS code FROM dim_application_group WHERE application_id = ANY($1)',
    published: 'SELECT DISTINCT application_id AS code FROM mv_group_entity_application_month',
  },
];

/**
 * A code that nobody has is a slip of whoever typed it, and no part of the group that costs nothing.
 *
 * @param days first days of the months asked for
 * @throws Problem `ENTITY_UNKNOWN`, `CODE_UNKNOWN` with the codes
 */
export async function refuseUnknownCodes(tx: Tx, input: AskedCodes, days: readonly string[]): Promise<void> {
  const { entity = [], domain = [], family = [], product = [], application = [] } = input;
  const asked = [entity, domain, family, product, application];
  if (asked.every((codes) => codes.length === 0)) return;
  await remembered(tx, JSON.stringify(['codes', days, ...asked]), () => refuseUnknown(tx, input, days));
}

async function refuseUnknown(tx: Tx, input: AskedCodes, days: readonly string[]): Promise<void> {
  await refuseUnknownEntities(tx, input.entity ?? []);
  for (const kind of KINDS) {
    const codes = input[kind.filter] ?? [];
    const named = await missing(
      tx,
      codes.filter((code) => !isReserved(kind.filter, code)),
      kind.named,
      [],
    );
    const filter = `${kind.filter}_id = ANY($1) AND period_month = ANY($2::date[])`;
    const unknown = await missing(tx, named, `${kind.published} WHERE ${filter}`, [days]);
    if (unknown.length === 0) continue;
    const shown = unknown.slice(0, 20).map((code) => code.slice(0, 64));
    throw groupProblem('CODE_UNKNOWN', `the group has no ${kind.filter} ${shown.join(', ')}`, {
      parameter: kind.filter,
      codes: shown,
    });
  }
}

async function missing(
  tx: Tx,
  codes: readonly string[],
  sql: string,
  more: readonly unknown[],
): Promise<readonly string[]> {
  if (codes.length === 0) return [];
  const rows = await tx.query<{ code: string }>(sql, [codes, ...more]);
  const known = new Set(rows.map((row) => row.code));
  return codes.filter((code) => !known.has(code));
}

function isReserved(filter: Kind['filter'], code: string): boolean {
  return (filter === 'application' || filter === 'product') && RESERVED[filter] === code;
}

async function refuseUnknownEntities(tx: Tx, entities: readonly string[]): Promise<void> {
  const unknown = await missing(tx, entities, 'SELECT entity_id AS code FROM dim_entity WHERE entity_id = ANY($1)', []);
  if (unknown.length > 0) {
    const shown = unknown.slice(0, 20).map((code) => code.slice(0, 64));
    throw groupProblem('ENTITY_UNKNOWN', `the group has no entity ${shown.join(', ')}`, { entities: shown });
  }
}
