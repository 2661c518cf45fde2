import { monthOf, type Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import { cursorText, readCursor } from './cursor.ts';
import { type Environment, narrowing, type ReportInput, spanOf } from './filters.ts';
import { read } from './read.ts';

/** A fact as its entity published it, in the currency of its books. */
export interface PublishedFact {
  readonly period_month: string;
  readonly entity: string;
  readonly application: string;
  readonly domain: string;
  readonly family: string | null;
  readonly product: string | null;
  readonly unit: string;
  readonly environment: Environment;
  readonly consumption_type: 'DIRECT' | 'INDIRECT';
  readonly currency: string;
  readonly quantity: string;
  readonly cost_effective: string | null;
  readonly cost_billed: string | null;
  readonly cost_standard: string | null;
}

/** Facts stand where they were reported: they have no hierarchy, and nothing is converted. */
export type FactsInput = Omit<ReportInput, 'currency' | 'measure' | 'hierarchy'>;

export interface FactsPage {
  readonly from: string | null;
  readonly to: string | null;
  readonly rows: PublishedFact[];
  readonly next_cursor: string | null;
}

/** The grain of a fact in the order of its index; those that may be absent come with whether they are. */
const PLACE = [
  'entity_id',
  'period_month',
  'application_id',
  'domain_id',
  'product_id',
  'unit',
  'environment',
  'consumption_type',
  'currency',
  'family_id',
] as const;

const COLUMNS = `to_char(v.period_month, 'YYYY-MM') AS period_month, v.entity_id AS entity, v.application_id AS application,
  v.domain_id AS domain, v.family_id AS family, v.product_id AS product, v.unit, v.environment, v.consumption_type, v.currency,
  trim_scale(v.quantity)::text AS quantity, trim_scale(v.cost_effective)::text AS cost_effective,
  trim_scale(v.cost_billed)::text AS cost_billed, trim_scale(v.cost_standard)::text AS cost_standard`;

const ORDER = PLACE.map((name) => `v.${name}`).join(', ');

/** Facts one by one, in the order of entity, month and application. @throws Problem `CURSOR_INVALID`, and those of `spanOf` */
export async function listFacts(
  group: GroupNode,
  input: FactsInput & { readonly limit?: number; readonly cursor?: string } = {},
): Promise<FactsPage> {
  const { limit = 200, cursor, ...asked } = input;
  const after = readCursor('facts', asked, cursor);
  return await read(group, async (tx) => {
    const span = await spanOf(tx, group, asked);
    const values: unknown[] = [span.days];
    const narrow = conditionOf(asked, values);
    const behind = after === undefined ? '' : behindOf(after.values, values);
    const rows = await tx.query<PublishedFact & Record<string, unknown>>(
      `SELECT ${COLUMNS} FROM fact_consumption_group AS v
        WHERE v.period_month = ANY($1::date[])${narrow}${behind} ORDER BY ${ORDER} LIMIT $${values.push(limit + 1)}`,
      values,
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const next = rows.length > limit && last !== undefined ? cursorText('facts', asked, placeOf(last)) : null;
    return { from: span.from, to: span.to, rows: page, next_cursor: next };
  });
}

/** The statement of all facts that are asked for, for an export. */
export async function factsStatement(tx: Tx, group: GroupNode, asked: FactsInput) {
  const span = await spanOf(tx, group, asked);
  const values: unknown[] = [span.days];
  const narrow = conditionOf(asked, values);
  const sql = `SELECT ${COLUMNS} FROM fact_consumption_group AS v WHERE v.period_month = ANY($1::date[])${narrow} ORDER BY ${ORDER}`;
  return { sql, values };
}

function conditionOf(asked: FactsInput, values: unknown[]): string {
  const { without_tax: withoutTax, ...rest } = asked;
  return `${narrowing(rest, values).sql}${withoutTax === true ? " AND v.product_id IS DISTINCT FROM 'TAX'" : ''}`;
}

function placeOf(fact: PublishedFact): (string | null)[] {
  const { entity, period_month, application, domain, product, unit, environment, consumption_type, currency, family } =
    fact;
  return [entity, period_month, application, domain, product, unit, environment, consumption_type, currency, family];
}

const MONTH = /^(19|20|21)\d\d-(0[1-9]|1[0-2])$/;

/** What is left of the order behind a place. The columns that are never absent come first alone, because an index answers that. */
function behindOf(place: readonly (string | null)[], values: unknown[]): string {
  const month = place[1] ?? '';
  if (place.length !== PLACE.length || !MONTH.test(month)) {
    throw groupProblem('CURSOR_INVALID', 'the cursor holds no place of this list');
  }
  const given = place.map((value, index) => `$${values.push(index === 1 ? `${month}-01` : value)}`);
  const cast = given.map((parameter, index) => `${parameter}::${index === 1 ? 'date' : 'text'}`);
  const whole = PLACE.slice(0, 4).map((name) => `v.${name}`);
  const isAbsent = (name: string) => name === 'product_id' || name === 'family_id';
  const columns = PLACE.map((name) => (isAbsent(name) ? `v.${name} IS NULL, COALESCE(v.${name}, '')` : `v.${name}`));
  const wanted = PLACE.map((name, index) =>
    isAbsent(name) ? `${cast[index]} IS NULL, COALESCE(${cast[index]}, '')` : `${cast[index]}`,
  );
  return ` AND ROW(${whole.join(', ')}) >= ROW(${cast.slice(0, 4).join(', ')}) AND ROW(${columns.join(', ')}) > ROW(${wanted.join(', ')})`;
}

/** The one fact of a place. @throws Problem `FACT_NOT_FOUND` */
export async function factOf(tx: Tx, of: Omit<PublishedFact, `cost_${string}` | 'quantity'>): Promise<PublishedFact> {
  const [fact] = await tx.query<PublishedFact & Record<string, unknown>>(
    `SELECT ${COLUMNS} FROM fact_consumption_group AS v
      WHERE v.period_month = $1 AND v.entity_id = $2 AND v.application_id = $3 AND v.domain_id = $4
        AND v.product_id IS NOT DISTINCT FROM $5 AND v.unit = $6 AND v.environment = $7 AND v.consumption_type = $8
        AND v.currency = $9 AND v.family_id IS NOT DISTINCT FROM $10`,
    [
      `${of.period_month}-01`,
      of.entity,
      of.application,
      of.domain,
      of.product,
      of.unit,
      of.environment,
      of.consumption_type,
      of.currency,
      of.family,
    ],
  );
  if (fact !== undefined) return fact;
  throw groupProblem('FACT_NOT_FOUND', `${of.entity} published no such fact of ${monthOf(of.period_month)}`);
}
