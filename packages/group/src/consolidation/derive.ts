import { monthOf, type Tx } from '@prorata/platform';
import { ADDITIVE, DOMAIN_KEY, GROUP_VIEWS, type GroupView, MEASURED_FACTS } from './views.ts';

/** What one entity published for one month; `month` is the first day, `YYYY-MM-DD`. */
export interface Slice {
  readonly tenantId: string;
  readonly entityId: string;
  readonly month: string;
}

/** A slice's part of the rows that all entities share, as text columns; adding it to or taking it from them is exact. */
export type DomainShare = readonly Readonly<Record<string, unknown>>[];

/** Adding up 100 000 facts by application keeps some 30 MB of sums; with the usual 4 MB the rows are sorted on disk first, at twice the time. */
const ROOM_TO_ADD_UP = "SET LOCAL work_mem = '64MB'";

const OF_SLICE = 'tenant_id = $1 AND entity_id = $2 AND period_month = $3';

/**
 * Takes the slice's rows out of every entity-grained view.
 *
 * @returns what the slice had put into the shared rows; hand it to `adjustShared`
 */
export async function withdrawSlice(tx: Tx, slice: Slice): Promise<DomainShare> {
  const values = [slice.tenantId, slice.entityId, slice.month];
  const share = await shareOfSlice(tx, slice);
  for (const view of GROUP_VIEWS.filter((one) => one.entityGrained)) {
    await tx.execute(`DELETE FROM ${view.name} WHERE ${OF_SLICE}`, values);
  }
  return share;
}

/**
 * Derives the slice's rows of every entity-grained view from the facts that stand now.
 *
 * @returns what the slice puts into the shared rows; hand it to `adjustShared`
 */
export async function deriveSlice(tx: Tx, slice: Slice): Promise<DomainShare> {
  await tx.execute(ROOM_TO_ADD_UP);
  return await deriveCoarser(tx, slice, new Set());
}

/** The rest of `deriveSlice`, once the views of these names have their rows. */
export async function deriveCoarser(tx: Tx, slice: Slice, done: ReadonlySet<string>): Promise<DomainShare> {
  await insertDerived(tx, slice, (view) => !done.has(view.name));
  return await shareOfSlice(tx, slice);
}

async function insertDerived(tx: Tx, slice: Slice, isWanted: (view: GroupView) => boolean): Promise<void> {
  for (const view of GROUP_VIEWS.filter((one) => one.entityGrained && isWanted(one))) {
    await tx.execute(`INSERT INTO ${view.name} ${over(view, `${sourceOf(view)} WHERE ${OF_SLICE}`)}`, [
      slice.tenantId,
      slice.entityId,
      slice.month,
    ]);
  }
}

/** What the slice puts into the rows that entities share, as its views say. */
export async function shareOfSlice(tx: Tx, slice: Slice): Promise<DomainShare> {
  const columns = [...DOMAIN_KEY, ...ADDITIVE].join(', ');
  const values = [slice.tenantId, slice.entityId, slice.month];
  return await tx.query(`SELECT ${columns} FROM mv_group_entity_domain_month WHERE ${OF_SLICE}`, values);
}

/** The definition over other rows; as a subquery, which a distributed PostgreSQL runs where the rows lie. */
function over(view: GroupView, source: string): string {
  return view.definition.replace(/\bFROM measured\b/, () => `FROM (${source}) AS measured`);
}

function sourceOf(view: GroupView): string {
  return view.derivedFrom === 'facts' ? MEASURED_FACTS : `SELECT * FROM ${view.derivedFrom}`;
}

const RECORD = DOMAIN_KEY.map((name) => `${name} ${name === 'is_tax' ? 'boolean' : 'text COLLATE "C"'}`)
  .concat(ADDITIVE.map((name) => `${name} ${name.endsWith('_rows') ? 'integer' : 'numeric'}`))
  .join(', ');

const APPLY_DIFFERENCE = `
WITH change AS (
  SELECT ${DOMAIN_KEY.join(', ')}, ${ADDITIVE.map((name) => `sum(sign * ${name})${name.endsWith('_rows') ? '::integer' : ''} AS ${name}`).join(', ')}
    FROM (SELECT 1 AS sign, * FROM jsonb_to_recordset($3::jsonb) AS added(${RECORD})
          UNION ALL
          SELECT -1, * FROM jsonb_to_recordset($4::jsonb) AS withdrawn(${RECORD})) AS part
   GROUP BY ${DOMAIN_KEY.join(', ')}
)
INSERT INTO mv_group_domain_month AS shared (tenant_id, period_month, ${DOMAIN_KEY.join(', ')}, ${ADDITIVE.join(', ')})
SELECT $1, $2, ${DOMAIN_KEY.join(', ')}, ${ADDITIVE.join(', ')} FROM change
 WHERE ${ADDITIVE.map((name) => `${name} <> 0`).join(' OR ')}
 ORDER BY ${DOMAIN_KEY.join(', ')}
    ON CONFLICT (tenant_id, period_month, ${DOMAIN_KEY.join(', ')})
    DO UPDATE SET ${ADDITIVE.map((name) => `${name} = shared.${name} + EXCLUDED.${name}`).join(', ')}`;

/**
 * Moves the shared rows of the month by new minus old: its cost follows the change, not the number of entities, and no
 * entity's rows are read by another one's intake. The caller holds the month's lock.
 */
export async function adjustShared(
  tx: Tx,
  of: Pick<Slice, 'tenantId' | 'month'>,
  added: DomainShare,
  withdrawn: DomainShare,
): Promise<void> {
  await tx.execute(APPLY_DIFFERENCE, [of.tenantId, of.month, JSON.stringify(added), JSON.stringify(withdrawn)]);
  await tx.execute('DELETE FROM mv_group_domain_month WHERE tenant_id = $1 AND period_month = $2 AND fact_rows = 0', [
    of.tenantId,
    of.month,
  ]);
  await countChange(tx, of);
}

/** Tells readers who keep an answer that the month's figures are others now (`group_state`). The caller holds the month's lock. */
export async function countChange(tx: Tx, { tenantId, month }: Pick<Slice, 'tenantId' | 'month'>): Promise<void> {
  await tx.execute(
    `INSERT INTO group_state AS s (tenant_id, part) VALUES ($1, $2)
         ON CONFLICT (tenant_id, part) DO UPDATE SET version = s.version + 1`,
    [tenantId, monthOf(month)],
  );
}
