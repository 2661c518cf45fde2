import { Problem, type RequestContext } from '@prorata/platform';
import { receive } from '../intake/receive.ts';
import { slots } from '../intake/slots.ts';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import { type Decided, keepDecided, refusalToTell, tellAnswers } from './answers.ts';
import { type EntityClient, entityClient, type Patience, type Published } from './entity-client.ts';
import { listPullSources, movePullSource, type PullSource } from './sources.ts';

/** What a pull from one entity came to. */
export interface Pulled {
  readonly entity: string;
  readonly url: string;
  readonly outcome: 'OK' | 'FAILED';
  /** Why it failed, or what the entity's node was not told though its bundles were taken; empty otherwise. */
  readonly detail: string;
  /** Bundles taken, known already, and refused: those are in the quarantine. */
  readonly accepted: number;
  readonly known: number;
  readonly refused: number;
  /** Outcomes that the entity's node was told. */
  readonly told: number;
  /** Where the next pull goes on. */
  readonly since: string;
}

export interface PullInput {
  readonly entity?: string;
  /** Reads from the first publication on; what stands already is not fetched. */
  readonly fromStart?: boolean;
}

const ENTITIES_AT_ONCE = 4;
const MONTHS_AT_ONCE = 4;

/**
 * Asks the entities' nodes for what they published since the last time, and takes it through the same intake as a push; several at
 * once, the revisions of one month in their order. A refused bundle is held in the quarantine and passed; a node that does not answer is
 * asked again from the same point by the next pull. Each entity's node is told what became of its bundles.
 *
 * @throws Problem `PULL_SOURCE_UNKNOWN` for an entity that the group has no address of
 */
export async function pullBundles(
  group: GroupNode,
  input: PullInput = {},
  options: Patience & { readonly context?: RequestContext } = {},
): Promise<Pulled[]> {
  const sources = (await listPullSources(group)).filter(
    ({ entity }) => input.entity === undefined || entity === input.entity,
  );
  if (input.entity !== undefined && sources.length === 0) {
    throw groupProblem('PULL_SOURCE_UNKNOWN', `the group pulls nothing from ${input.entity}`, { entity: input.entity });
  }
  const turn = slots(ENTITIES_AT_ONCE);
  return await Promise.all(
    sources.map((source) =>
      turn(() => pullFrom(group, input.fromStart === true ? { ...source, since: '0' } : source, options)),
    ),
  );
}

interface Counts {
  accepted: number;
  known: number;
  refused: number;
}

async function pullFrom(
  group: GroupNode,
  source: PullSource,
  options: Patience & { readonly context?: RequestContext },
): Promise<Pulled> {
  const client = entityClient(group, source, options);
  const counts: Counts = { accepted: 0, known: 0, refused: 0 };
  let { since } = source;
  let [failed, told, untold] = ['', 0, ''];
  try {
    for (;;) {
      const page = await client.publications(since);
      if (page.rows.length === 0) break;
      const done = await takePage(group, source.entity, client, page.rows, counts, options);
      since = done.since ?? since;
      await movePullSource(group, source.entity, { since, outcome: 'OK' });
      if (done.failure !== undefined) throw done.failure;
    }
    ({ told, untold } = await tellAnswers(group, source.entity, client));
  } catch (error) {
    options.signal?.throwIfAborted();
    // One entity's node does not stop the others; a fault of this one does.
    if (!(error instanceof Problem) || error.code !== 'PULL_FAILED') throw error;
    failed = error.detail;
  }
  const outcome = failed === '' ? 'OK' : 'FAILED';
  const silent = untold === '' ? '' : `what became of its bundles cannot be told: ${untold}`;
  const detail = failed === '' ? silent : failed;
  await movePullSource(group, source.entity, { since, outcome: [failed || 'OK', silent].filter(Boolean).join('; ') });
  return { entity: source.entity, url: source.url, outcome, detail, ...counts, told, since };
}

/** Takes what a page lists. `since` is the last publication before which nothing is missing. */
async function takePage(
  group: GroupNode,
  entity: string,
  client: EntityClient,
  rows: readonly Published[],
  counts: Counts,
  options: { readonly context?: RequestContext; readonly signal?: AbortSignal },
): Promise<{ readonly since: string | undefined; readonly failure: unknown }> {
  const standing = await knownDigests(group, entity, rows);
  const done = new Map<Published, Decided>();
  let failure: unknown;
  const turn = slots(MONTHS_AT_ONCE);
  const months = [...Map.groupBy(rows, (row) => row.period_month).values()];
  await Promise.all(
    months.map((revisions) =>
      turn(async () => {
        for (const row of revisions) {
          if (failure !== undefined || options.signal?.aborted === true) return;
          try {
            const { count, report } = await takeOne(group, entity, client, row, standing, options.context);
            counts[count] += 1;
            done.set(row, { row, outcome: count === 'refused' ? 'REFUSED' : 'ACCEPTED', report });
          } catch (error) {
            failure ??= error;
          }
        }
      }),
    ),
  );
  await keepDecided(group, entity, [...done.values()]);
  const missing = rows.findIndex((row) => !done.has(row));
  const before = missing === -1 ? rows.at(-1) : rows[missing - 1];
  return { since: before?.sequence, failure };
}

async function takeOne(
  group: GroupNode,
  entity: string,
  client: EntityClient,
  row: Published,
  standing: ReadonlySet<string>,
  context: RequestContext | undefined,
): Promise<{ readonly count: keyof Counts; readonly report: object | null }> {
  if (standing.has(row.manifest_sha256)) return { count: 'known', report: null };
  const { period_month, revision } = row;
  const file = await client.bundle(row);
  const name = `${entity}_${period_month}_r${revision}.zip`;
  const input = { file, name, entity, origin: 'PULL', expected: { period_month, revision } } as const;
  try {
    const { replayed } = await receive(group, input, context === undefined ? {} : { context });
    return { count: replayed ? 'known' : 'accepted', report: null };
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return { count: 'refused', report: refusalToTell(error) };
    // A connection that ends in the middle of a bundle fails like one that never began.
    if (file.errored === null) throw error;
    throw groupProblem('PULL_FAILED', `the bundle ${name} broke off: ${file.errored.message}`, { entity }, error);
  }
}

async function knownDigests(
  group: GroupNode,
  entity: string,
  rows: readonly Published[],
): Promise<ReadonlySet<string>> {
  const known = await group.db.transaction(
    group.scope,
    (tx) =>
      tx.query<{ manifest_digest: string }>(
        'SELECT manifest_digest FROM publication WHERE entity_id = $1 AND manifest_digest = ANY($2::text[])',
        [entity, rows.map((row) => row.manifest_sha256)],
      ),
    { role: 'reader', readOnly: true },
  );
  return new Set(known.map((row) => row.manifest_digest));
}
