import { firstDayOf, type Problem, type Tx } from '@prorata/platform';
import { slots } from '../intake/slots.ts';
import type { GroupNode } from '../node/group-node.ts';
import type { EntityClient, Heard, Published, PullAnswer } from './entity-client.ts';

/** What the intake made of a bundle that was fetched. */
export interface Decided {
  readonly row: Published;
  readonly outcome: 'ACCEPTED' | 'REFUSED';
  /** Of a refusal. */
  readonly report: object | null;
}

/** Violations that a refusal tells; the report in the quarantine has more. */
const MOST_VIOLATIONS = 20;
/** Answers of one request, at most. */
const AT_ONCE = 20;

/** A refusal as the entity is told it: its code, what is wrong and where, and what to do next. */
export function refusalToTell({ code, title, detail, next, extensions }: Problem): object {
  const { violations, more } = extensions;
  const listed = Array.isArray(violations) ? violations : [];
  const beyond = listed.length - MOST_VIOLATIONS + (typeof more === 'number' ? more : 0);
  return { code, title, detail, next, violations: listed.slice(0, MOST_VIOLATIONS), more: Math.max(0, beyond) };
}

/** Keeps what became of fetched bundles, to be told; the same once more is told no second time. */
export async function keepDecided(group: GroupNode, entity: string, decided: readonly Decided[]): Promise<void> {
  if (decided.length === 0) return;
  await group.db.transaction(walled(group, entity), (tx) =>
    tx.execute(
      `INSERT INTO pull_answer AS standing (tenant_id, entity_id, manifest_digest, period_month, revision, outcome, report)
       SELECT $1, $2, manifest_digest, period_month, revision, outcome, report
         FROM jsonb_to_recordset($3::jsonb) AS one(manifest_digest text, period_month date, revision integer, outcome text, report jsonb)
           ON CONFLICT (tenant_id, entity_id, manifest_digest)
           DO UPDATE SET outcome = EXCLUDED.outcome, report = EXCLUDED.report, decided_at = now(), told_at = NULL
        WHERE (standing.outcome, standing.report) IS DISTINCT FROM (EXCLUDED.outcome, EXCLUDED.report)`,
      [
        group.scope.tenantId,
        entity,
        JSON.stringify(
          decided.map(({ row, outcome, report }) => ({
            manifest_digest: row.manifest_sha256,
            period_month: firstDayOf(row.period_month),
            revision: row.revision,
            outcome,
            report,
          })),
        ),
      ],
    ),
  );
}

/** A bundle that was refused when it came and taken since, by a replay or by another way. */
const TAKEN_SINCE = `
  UPDATE pull_answer AS a SET outcome = 'ACCEPTED', report = NULL, decided_at = now(), told_at = NULL
    FROM publication p
   WHERE p.entity_id = a.entity_id AND p.manifest_digest = a.manifest_digest AND a.outcome = 'REFUSED'`;

const UNTOLD = `
  SELECT to_char(a.period_month, 'YYYY-MM') AS period_month, a.revision, a.manifest_digest AS manifest_sha256, a.outcome,
         COALESCE(a.report, p.report) AS report
    FROM pull_answer a
    LEFT JOIN publication p ON p.entity_id = a.entity_id AND p.manifest_digest = a.manifest_digest
   WHERE a.told_at IS NULL
   ORDER BY a.period_month, a.revision LIMIT $1`;

const TOLD = `
  UPDATE pull_answer SET told_at = now()
   WHERE told_at IS NULL AND (manifest_digest, outcome) IN (SELECT * FROM unnest($1::text[], $2::text[]))`;

/**
 * Held until the transaction ends: what two pulls have to say to one entity reaches it in the order in which it came to be. The second
 * does not wait for it, since it would wait with a connection: whoever tells goes on until nothing is left.
 */
const ONE_AT_A_TIME = 'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 3)) AS is_free';

/** A telling keeps its connection while the node is waited for; nodes that hang may not take those of everybody else. */
const tellingSlot = slots(4);

/** What an entity's node was told, and why not the rest; empty where nothing is left. */
export interface Telling {
  readonly told: number;
  readonly untold: string;
}

/**
 * Tells an entity's node what became of its bundles, until everything is told. What could not be told is tried again by the next pull;
 * so is what was taken out of the quarantine in between. A node that takes no answers is left alone: the contract asks for none.
 *
 * @throws Problem `PULL_FAILED`
 */
export async function tellAnswers(group: GroupNode, entity: string, client: EntityClient): Promise<Telling> {
  let [told, atOnce] = [0, AT_ONCE];
  for (;;) {
    const { answers, heard } = await tellingSlot(() =>
      group.db.transaction(walled(group, entity), (tx) =>
        tellSome(tx, `${group.scope.tenantId}/${entity}`, client, atOnce),
      ),
    );
    if (heard === 'TAKEN') told += answers;
    else if (heard === 'TOO_LONG' && answers > 1) atOnce = Math.floor(answers / 2);
    else return { told, untold: reasonOf(heard) };
  }
}

/** `heard` is null where there was nothing to tell. */
async function tellSome(
  tx: Tx,
  place: string,
  client: EntityClient,
  atOnce: number,
): Promise<{ readonly answers: number; readonly heard: Heard | null }> {
  const [lock] = await tx.query<{ is_free: boolean }>(ONE_AT_A_TIME, [place]);
  if (lock?.is_free !== true) return { answers: 0, heard: { refused: 'another pull is telling it just now' } };
  await tx.execute(TAKEN_SINCE);
  const answers = await tx.query<PullAnswer & Record<string, unknown>>(UNTOLD, [atOnce]);
  if (answers.length === 0) return { answers: 0, heard: null };
  const heard = await client.tell(answers);
  if (heard === 'TAKEN') {
    await tx.execute(TOLD, [answers.map((one) => one.manifest_sha256), answers.map((one) => one.outcome)]);
  }
  return { answers: answers.length, heard };
}

function reasonOf(heard: Heard | null): string {
  if (heard === 'TOO_LONG') return 'one answer alone is longer than the node takes (413)';
  return typeof heard === 'object' && heard !== null ? heard.refused : '';
}

function walled(group: GroupNode, entity: string) {
  return { ...group.scope, entityId: entity };
}
