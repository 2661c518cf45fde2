import { isUuid, type Tx } from '@prorata/platform';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import * as sql from './batch.sql.ts';
import type { BatchRow } from './run-months.ts';
import type { RunRow } from './runs.ts';

export interface ListedBatch extends BatchRow {
  /** Months whose run was completed; those left alone have none. */
  readonly months_completed: number;
}

/** A batch and the runs that it was made of, in their order, those of earlier attempts included. */
export interface ShownBatch extends BatchRow {
  readonly runs: readonly RunRow[];
}

/** The latest 200 batches of months, newest first. */
export async function listBatches(entity: EntityNode): Promise<{ readonly rows: readonly ListedBatch[] }> {
  const { tenantId, legalEntityId } = entity.scope;
  const work = (tx: Tx) => tx.query<ListedBatch>(sql.BATCHES, [tenantId, legalEntityId]);
  return { rows: await entity.db.transaction(entity.scope, work, { readOnly: true }) };
}

/** One batch of months, whatever became of it. @throws Problem `BATCH_NOT_FOUND` */
export async function showBatch(entity: EntityNode, batchId: string): Promise<ShownBatch> {
  const key = [entity.scope.tenantId, entity.scope.legalEntityId, batchId];
  const work = async (tx: Tx): Promise<ShownBatch | undefined> => {
    const [batch] = await tx.query<BatchRow>(sql.ONE_BATCH, key);
    return batch === undefined ? undefined : { ...batch, runs: await tx.query<RunRow>(sql.RUNS_OF_BATCH, key) };
  };
  const batch = isUuid(batchId) ? await entity.db.transaction(entity.scope, work, { readOnly: true }) : undefined;
  if (batch === undefined) throw finopsProblem('BATCH_NOT_FOUND', `there is no batch ${batchId}`);
  return batch;
}
