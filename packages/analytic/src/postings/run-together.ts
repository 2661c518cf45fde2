import { type Fresh, gather, type Tx, type WriteResult, writeTogether } from '@prorata/platform';
import { foldSoon } from '../balance/fold.ts';
import { type AnalyticNode, type Caller, requireLegalEntity } from '../service/node.ts';
import { runSource, sourceStatement } from '../source/run-source.ts';
import type { PostingAnswer, RunRequest } from './postings.schema.ts';
import { notePosting, RUN_ACTION, type RunAnswer, runAlone, storingOf } from './run.ts';
import { type PostingRow, type Storing, storeAlone, tellPosting } from './store.ts';

interface Asking {
  readonly caller: Caller;
  readonly asked: RunRequest;
}

const gathered = new WeakMap<AnalyticNode, (asking: Asking) => Promise<RunAnswer>>();

/**
 * Runs a posted rule on a posted entry, as `runAlone` does. Runs of one tenant that arrive while others are on their way share the next
 * transaction; whatever is not plain about one of them (a refusal, a posting that is there already) is done in one of its own.
 *
 * @throws Problem of `runAlone`
 */
export async function runAllocation(node: AnalyticNode, caller: Caller, asked: RunRequest): Promise<RunAnswer> {
  requireLegalEntity(caller.context);
  const run = gathered.get(node) ?? gatherRuns(node);
  gathered.set(node, run);
  return await run({ caller, asked });
}

function gatherRuns(node: AnalyticNode): (asking: Asking) => Promise<RunAnswer> {
  return gather({
    crowdOf: ({ caller: { context } }) => context.tenantId,
    placeOf: ({ caller: { context } }) => context.legalEntityId ?? '',
    claimsOf: ({ caller, asked }) => {
      const entry = `entry ${asked.sourceEntryId}`;
      return caller.idempotencyKey === undefined ? [entry] : [entry, `key ${caller.idempotencyKey}`];
    },
    alone: (asking) => runFirst(node, asking),
    together: (asking) => runTogether(node, asking),
  });
}

/** Counts on everything being plain, as hardly a run is not; what is not is found out by `runAlone`, which asks first. */
async function runFirst(node: AnalyticNode, asking: Asking): Promise<RunAnswer> {
  const [answer] = await runTogether(node, [asking]).catch(() => []);
  return answer ?? (await runAlone(node, asking.caller, asking.asked));
}

async function runTogether(node: AnalyticNode, asking: readonly Asking[]): Promise<(RunAnswer | undefined)[]> {
  const companions = asking.map(({ caller: { context, method, route, idempotencyKey }, asked }) => ({
    context,
    request: { action: RUN_ACTION, payload: asked, method, route, idempotencyKey },
  }));
  const ahead = sourceStatement(asking.map(({ caller: { context }, asked }) => ({ context, asked })));
  const answers = await writeTogether<PostingAnswer>(node.db, companions, ahead, (tx, fresh) =>
    storeFresh(node, tx, asking, fresh),
  );
  for (const { caller } of asking) foldSoon(node, caller.context);
  return answers;
}

/** Computes those that can be computed, and stores them. */
async function storeFresh(
  node: AnalyticNode,
  tx: Tx,
  asking: readonly Asking[],
  fresh: readonly Fresh[],
): Promise<(WriteResult<PostingAnswer> | undefined)[]> {
  const storing: (Storing | undefined)[] = [];
  for (const { place, tx: own } of fresh) storing.push(await storingAt(node, own, asking[place], place));
  const plain = storing.filter((one) => one !== undefined);
  const stored = new Map<string, PostingRow>();
  if (plain.length > 0) for (const row of storeAlone(tx, plain)) stored.set(row.id, row);
  return fresh.map(({ record }, index) => {
    const row = stored.get(storing[index]?.posting.id ?? '');
    if (row === undefined) return undefined;
    notePosting(record, 'RUN', row);
    return { status: 201, body: tellPosting(row) };
  });
}

/** undefined where the run has to go alone; there it meets its refusal again, or whatever went wrong, and is told. */
async function storingAt(
  node: AnalyticNode,
  tx: Tx,
  asking: Asking | undefined,
  place: number,
): Promise<Storing | undefined> {
  if (asking === undefined) return undefined;
  const { caller, asked } = asking;
  try {
    const source = runSource(tx.ahead.at(-1), caller.context, place);
    if (source.activeId !== null) return undefined;
    return await storingOf(node, tx, caller.context, asked, source);
  } catch {
    return undefined;
  }
}
