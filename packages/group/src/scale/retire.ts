import { firstDayOf, type RequestContext, type Tx } from '@prorata/platform';
import { adjustShared, countChange, deriveSlice, type Slice, withdrawSlice } from '../consolidation/derive.ts';
import { lockMonth, lockSlice } from '../consolidation/locks.ts';
import { CLEAR_STAGE, INSERT_FACTS, REMOVE_FACTS, STAGE } from '../intake/accept.sql.ts';
import { reopenBundle } from '../intake/publications.ts';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { groupProblem } from '../problems.ts';
import { type FileDigest, readArchived } from './archive-file.ts';

interface Acting {
  readonly context?: RequestContext;
}

/** Facts that left the database, or came back. Months are YYYY-MM. */
export interface Retired {
  readonly months: readonly string[];
  readonly facts: number;
}

interface Candidate {
  readonly month: string;
  readonly locked: boolean;
  readonly archived: boolean;
}

const CANDIDATES = `
  SELECT to_char(p.period_month, 'YYYY-MM') AS month, COALESCE(s.status = 'LOCKED', false) AS locked,
         bool_and(a.path IS NOT NULL) AS archived
    FROM publication p
    LEFT JOIN period_status s ON s.period_month = p.period_month
    LEFT JOIN bundle_archive a ON (a.entity_id, a.period_month, a.revision) = (p.entity_id, p.period_month, p.revision)
   WHERE p.period_month <= $1
   GROUP BY p.period_month, s.status ORDER BY p.period_month`;

/** The files that months not retired yet would come back from. */
const FILES = `
  SELECT a.path, a.sha256, a.bytes FROM bundle_archive a
    JOIN publication p USING (entity_id, period_month, revision)
   WHERE p.status = 'ACCEPTED' AND p.period_month <= $1 AND p.period_month NOT IN (SELECT r.period_month FROM retired_month r)
   ORDER BY a.path`;

/** Entities whose standing publication of a month has not all of its facts in the views. */
const INCOMPLETE = `
  WITH back AS MATERIALIZED ( -- first: where facts are distributed, nothing joins them with what is not
    SELECT entity_id, sum(fact_rows) AS fact_rows FROM mv_group_entity_month WHERE period_month = $1 GROUP BY entity_id)
  SELECT p.entity_id FROM publication p LEFT JOIN back b ON b.entity_id = p.entity_id
   WHERE p.period_month = $1 AND p.status = 'ACCEPTED' AND p.fact_rows <> COALESCE(b.fact_rows, 0)`;

/**
 * Takes facts and views of old months out of the database. What was signed stays: the publications, and the bundles in the archive.
 * Nothing is taken unless every month is locked, all its bundles are archived, and the files from which it would come back are whole. A
 * kill leaves months that are marked and not empty
 * yet; running again goes on.
 *
 * @param until the last month to retire, `YYYY-MM`
 * @throws Problem `MONTHS_NOT_LOCKED`, `MONTHS_NOT_ARCHIVED`, both with `months`; `ARCHIVE_DAMAGED`; `MONTH_NOT_RETIRED` where somebody
 *   recalls a month meanwhile
 */
export async function retireMonths(
  group: GroupNode,
  { until }: { readonly until: string },
  options: Acting = {},
): Promise<Retired> {
  const context = options.context ?? operatorContext(group);
  const candidates = await group.db.transaction(
    group.scope,
    (tx) => tx.query<Candidate & Record<string, unknown>>(CANDIDATES, [firstDayOf(until)]),
    { role: 'reader', readOnly: true },
  );
  refuseUnless('MONTHS_NOT_LOCKED', candidates, ({ locked }) => locked);
  refuseUnless('MONTHS_NOT_ARCHIVED', candidates, ({ archived }) => archived);
  await refuseDamaged(group, until);
  const months: string[] = [];
  let facts = 0;
  for (const { month } of candidates) {
    const isNew = await mark(group, context, month);
    const removed = await empty(group, month);
    facts += removed;
    if (isNew || removed > 0) months.push(month);
  }
  return { months, facts };
}

function refuseUnless(
  code: 'MONTHS_NOT_LOCKED' | 'MONTHS_NOT_ARCHIVED',
  candidates: readonly Candidate[],
  holds: (candidate: Candidate) => boolean,
): void {
  const months = candidates.filter((one) => !holds(one)).map(({ month }) => month);
  if (months.length > 0) throw groupProblem(code, months.join(', '), { months });
}

/** Archived years ago, a file may be gone since; after the facts it would be the last that knew them. */
async function refuseDamaged(group: GroupNode, until: string): Promise<void> {
  const files = await group.db.transaction(
    group.scope,
    (tx) => tx.query<FileDigest & { path: string }>(FILES, [firstDayOf(until)]),
    { role: 'reader', readOnly: true },
  );
  for (const file of files) (await readArchived(group.dir, file)).destroy();
}

/** Under the month's lock, so that nobody reopens it meanwhile. @returns whether it was not retired before */
async function mark(group: GroupNode, context: RequestContext, month: string): Promise<boolean> {
  return await recorded(group, context, { action: 'group.month.retire', payload: { month } }, async (tx, record) => {
    const day = firstDayOf(month);
    await lockMonth(tx, group.scope.tenantId, day);
    const locked = await tx.query(`SELECT 1 FROM period_status WHERE period_month = $1 AND status = 'LOCKED'`, [day]);
    if (locked.length === 0) throw groupProblem('MONTHS_NOT_LOCKED', month, { months: [month] });
    const added = await tx.execute(
      'INSERT INTO retired_month (tenant_id, period_month, retired_by) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [group.scope.tenantId, day, context.userId],
    );
    if (added > 0) record.audit({ subject: 'retired_month', subjectId: month, details: { month } });
    return added > 0;
  });
}

async function empty(group: GroupNode, month: string): Promise<number> {
  let facts = 0;
  for (const slice of await slicesOf(group, month)) {
    const values = [slice.tenantId, slice.entityId, slice.month];
    await group.db.transaction(
      { ...group.scope, entityId: slice.entityId },
      async (tx) => {
        await lockSlice(tx, slice.tenantId, slice.entityId, slice.month);
        const withdrawn = await withdrawSlice(tx, slice);
        const removed = await tx.execute(REMOVE_FACTS, values);
        if (removed === 0 && withdrawn.length === 0) return;
        await lockMonth(tx, slice.tenantId, slice.month);
        await refuseRecalled(tx, month);
        facts += removed;
        await adjustShared(tx, slice, [], withdrawn);
      },
      { role: 'intake' },
    );
  }
  return facts;
}

/** Facts leave a month only while it counts as retired: a recall that ended meanwhile stands. */
async function refuseRecalled(tx: Tx, month: string): Promise<void> {
  const marks = await tx.query('SELECT 1 FROM retired_month WHERE period_month = $1', [firstDayOf(month)]);
  if (marks.length === 0) throw groupProblem('MONTH_NOT_RETIRED', `${month} was recalled meanwhile`, { month });
}

async function slicesOf(group: GroupNode, month: string): Promise<(Slice & { readonly revision: number })[]> {
  const rows = await group.db.transaction(
    group.scope,
    (tx) =>
      tx.query<{ entity_id: string; revision: number }>(
        `SELECT entity_id, revision FROM publication WHERE period_month = $1 AND status = 'ACCEPTED' ORDER BY entity_id`,
        [firstDayOf(month)],
      ),
    { role: 'reader', readOnly: true },
  );
  return rows.map(({ entity_id, revision }) => ({
    tenantId: group.scope.tenantId,
    entityId: entity_id,
    month: firstDayOf(month),
    revision,
  }));
}

/**
 * Brings a retired month back out of its bundles, whose digests and signatures are checked again. The month counts as retired until the
 * last entity's facts are there, and running again after a kill begins anew.
 *
 * @throws Problem `MONTH_NOT_RETIRED`, `ARCHIVE_DAMAGED`; `MONTH_RETIRED` where somebody retires it meanwhile
 */
export async function recallMonth(
  group: GroupNode,
  { month }: { readonly month: string },
  options: Acting = {},
): Promise<Retired> {
  const context = options.context ?? operatorContext(group);
  const day = firstDayOf(month);
  const found = await group.db.transaction(
    group.scope,
    (tx) => tx.query('SELECT 1 FROM retired_month WHERE period_month = $1', [day]),
    { role: 'reader', readOnly: true },
  );
  if (found.length === 0) throw groupProblem('MONTH_NOT_RETIRED', month, { month });
  await group.db.transaction(group.scope, (tx) => tx.query('SELECT ensure_fact_partition($1::date)', [day]), {
    role: 'intake',
  });
  let facts = 0;
  for (const slice of await slicesOf(group, month)) facts += await fill(group, slice, month);
  await recorded(group, context, { action: 'group.month.recall', payload: { month } }, async (tx, record) => {
    await lockMonth(tx, group.scope.tenantId, day);
    await refuseIncomplete(group, month);
    await tx.execute('DELETE FROM retired_month WHERE period_month = $1', [day]);
    // Whoever read after the last facts came and before now holds an answer without the month.
    await countChange(tx, { tenantId: group.scope.tenantId, month: day });
    record.audit({ subject: 'retired_month', subjectId: month, details: { month, facts } });
  });
  return { months: [month], facts };
}

/** Read by whoever sees all entities, while the month's lock keeps facts from leaving. */
async function refuseIncomplete(group: GroupNode, month: string): Promise<void> {
  const without = await group.db.transaction(
    group.scope,
    (tx) => tx.query<{ entity_id: string }>(INCOMPLETE, [firstDayOf(month)]),
    { role: 'reader', readOnly: true },
  );
  if (without.length === 0) return;
  const entities = without.map(({ entity_id }) => entity_id).join(', ');
  throw groupProblem('MONTH_RETIRED', `${month} was retired meanwhile: ${entities}`, { months: [month] });
}

async function fill(group: GroupNode, slice: Slice & { readonly revision: number }, month: string): Promise<number> {
  const { tenantId, entityId, revision } = slice;
  await using opened = await reopenBundle(group, { entity: entityId, month, revision });
  const { bundle } = opened;
  const values = [tenantId, entityId, slice.month];
  await group.db.transaction(
    { ...group.scope, entityId },
    async (tx) => {
      await lockSlice(tx, tenantId, entityId, slice.month);
      const withdrawn = await withdrawSlice(tx, slice);
      await tx.execute(REMOVE_FACTS, values);
      await tx.copyFrom(STAGE, bundle.copyText());
      const arrived = await tx.execute(INSERT_FACTS, values);
      if (arrived !== bundle.rows) throw new Error(`${arrived} of ${bundle.rows} facts came back`);
      await tx.execute(CLEAR_STAGE, [entityId]);
      const added = await deriveSlice(tx, slice);
      await lockMonth(tx, tenantId, slice.month);
      await adjustShared(tx, slice, added, withdrawn);
    },
    { role: 'intake' },
  );
  return bundle.rows;
}
