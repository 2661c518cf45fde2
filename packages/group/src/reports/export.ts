import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import { type AggregateRow, figuresOf, prepare, type RawRow } from './aggregate.ts';
import { csvLine, csvRows } from './csv.ts';
import type { ReportInput } from './filters.ts';
import { read } from './read.ts';
import type { ReportKind } from './reports.ts';

/** Rows that are in memory at once, in the database's answer and as text. */
const BATCH_ROWS = 5_000;
/** Each export holds a connection while its reader takes the rows, so that not all connections may be exports. */
const MOST_EXPORTS = 3;
/** A reader that takes nothing for so long has gone away. */
const STALLED_MS = 60_000;

const running = new WeakMap<GroupNode['db'], number>();

/**
 * Streams rows as CSV, all of one state of the group, however many there are: memory is bounded by two batches. What refuses the
 * question refuses it before the first byte; what fails later cuts the answer off.
 *
 * @param batches yields the rows inside the transaction
 * @param stalledMs how long a reader may take nothing
 * @throws Problem `EXPORTS_BUSY`, and those of `batches`
 */
export async function exportCsv(
  group: GroupNode,
  columns: readonly string[],
  batches: (tx: Tx) => AsyncIterable<readonly object[]>,
  stalledMs = STALLED_MS,
): Promise<Readable> {
  const busy = running.get(group.db) ?? 0;
  if (busy >= MOST_EXPORTS) throw groupProblem('EXPORTS_BUSY', `${busy} exports are running`);
  running.set(group.db, busy + 1);
  const out = new PassThrough();
  const started = Promise.withResolvers<Readable>();
  // It runs while the reader is waited for, to the last row, and not while the database is.
  let stalled: NodeJS.Timeout | undefined;
  const waitForReader = () => {
    stalled = setTimeout(() => out.destroy(new Error('the reader of an export took nothing')), stalledMs);
  };
  async function* lines(tx: Tx): AsyncGenerator<string> {
    let text = csvLine(columns);
    for await (const rows of batches(tx)) {
      text += csvRows(columns, rows);
      started.resolve(out);
      waitForReader();
      yield text;
      clearTimeout(stalled);
      text = '';
    }
    started.resolve(out);
    waitForReader();
    if (text !== '') yield text;
  }
  void read(group, (tx) => pipeline(Readable.from(lines(tx)), out))
    .catch((error: unknown) => {
      started.reject(error);
      out.destroy(error instanceof Error ? error : new Error(String(error)));
    })
    .finally(() => {
      clearTimeout(stalled);
      running.set(group.db, (running.get(group.db) ?? 1) - 1);
    });
  // Nobody may be listening yet when an export that began well breaks off.
  out.on('error', () => {});
  return await started.promise;
}

/** The whole of a report, in its order. */
export function reportBatches<Row extends object>(
  group: GroupNode,
  kind: ReportKind<Row>,
  input: ReportInput,
): (tx: Tx) => AsyncGenerator<readonly Row[]> {
  return async function* batches(tx) {
    const { sql, values, headOf } = await prepare(tx, group, input, kind.options);
    let head: ReturnType<typeof headOf> | undefined;
    for await (const raw of fetched<RawRow>(tx, sql, values)) {
      head ??= headOf(raw);
      const rows: AggregateRow[] = raw.filter((row) => !row.is_total).map(figuresOf);
      yield await kind.finish(tx, head, rows, input);
    }
  };
}

/** Reads a statement by batches through a cursor of the database. */
export async function* fetched<Row extends object>(
  tx: Tx,
  sql: string,
  values: readonly unknown[],
  rowsAtOnce = BATCH_ROWS,
): AsyncGenerator<readonly Row[]> {
  await tx.execute(`DECLARE rows_of_export NO SCROLL CURSOR FOR ${sql}`, values);
  for (;;) {
    const rows = await tx.query<Row>(`FETCH ${rowsAtOnce} FROM rows_of_export`);
    if (rows.length === 0) return;
    yield rows;
  }
}
