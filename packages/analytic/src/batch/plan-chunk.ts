import { ledgerConfig, ledgerProblem, periodState } from '@prorata/ledger';
import { firstDayOf, Problem, type RequestContext, type Tx, uuidv7 } from '@prorata/platform';
import { allocate, boundTo, requireAllocatable, requireFunctionalCurrency } from '../postings/compute.ts';
import { linePartsOf, type PostingResult } from '../postings/result.ts';
import { analyticProblem } from '../problems.ts';
import { compiledRule } from '../rules/compiled.ts';
import { type References, referencesOf } from '../rules/references.ts';
import * as ruleSql from '../rules/rules.sql.ts';
import type { RuleRow } from '../rules/rules.ts';
import { type AnalyticNode, found } from '../service/node.ts';
import { refusalOf } from '../service/refusals.ts';
import { type SourceEntry, sourceEntry } from '../source/run-source.ts';
import * as sql from './batch.sql.ts';

/** Entries of one transaction: large enough that its overhead is small, small enough that memory and lost work are. */
export const CHUNK_ENTRIES = 1_000;

/** Where a run stands: what it has committed up to. */
export interface Position {
  readonly month: string;
  readonly rule_position: number;
  readonly after_date: string | null;
  readonly after_id: string | null;
  /** null when all rules are done. */
  readonly allocation_rule_id: string | null;
}

export interface Planned {
  readonly id: string;
  readonly entry: SourceEntry;
  readonly result: PostingResult;
}

export interface Refused {
  readonly entry: SourceEntry;
  readonly problem: Problem;
}

/** What the next entries of a run give, computed outside of the transaction that stores it. */
export interface ChunkPlan {
  readonly position: Position;
  readonly rule: RuleRow;
  readonly references: References;
  /** The weights of the drivers, as they were read. */
  readonly drivers: PostingResult['drivers'];
  /** The last entry looked at; undefined when the rule has seen them all. */
  readonly last: SourceEntry | undefined;
  /** The versions of the entries: what changed meanwhile has another one. */
  readonly seen: { readonly ids: readonly string[]; readonly versions: readonly string[] };
  readonly planned: readonly Planned[];
  readonly refused: readonly Refused[];
  readonly existing: number;
  readonly unmatched: number;
}

/** Reads and allocates the entries behind a position. @throws Problem for what stops the whole run */
export async function planChunk(
  node: AnalyticNode,
  tx: Tx,
  context: RequestContext,
  position: Position,
  most = CHUNK_ENTRIES,
): Promise<ChunkPlan> {
  const { month, allocation_rule_id: ruleId } = position;
  await tx.query(sql.BY_KEYS);
  await requireOpen(tx, month);
  const rule = found(await tx.query<RuleRow>(ruleSql.BY_ID, [ruleId]), String(ruleId));
  const references = await referencesOf(node, tx, context);
  const { bound, drivers } = await boundTo(tx, compiledRule(rule.rule, references, rule.digest), month);
  const entries = await nextEntries(tx, position, most);
  const ids = entries.map(({ entry }) => entry.id);
  const axes = bound.axes.flatMap((axis) => axis.axes).map((axis) => references.axisIds.get(axis) ?? '');
  const held = await heldLines(tx, ids, axes);
  const existing = await allocatedBy(tx, rule.id, held);
  const planned: Planned[] = [];
  const refused: Refused[] = [];
  let unmatched = 0;
  for (const { entry } of entries) {
    if (existing.has(entry.id)) continue;
    try {
      // A reversal is no work for a rule: its original's mirror speaks for it.
      if (entry.reverses !== null) throw analyticProblem('NOTHING_TO_ALLOCATE', 'the entry reverses another');
      requireAllocatable(entry);
      requireFunctionalCurrency(entry, references.settings);
      const result = allocate(entry, rule, bound, drivers, references.settings);
      requireFree(entry.id, result, references, held);
      planned.push({ id: uuidv7(), entry, result });
    } catch (error) {
      const problem = refusalOf(error);
      if (!(problem instanceof Problem) || problem.status >= 500) throw error;
      if (problem.code === 'NOTHING_TO_ALLOCATE') unmatched += 1;
      else refused.push({ entry, problem });
    }
  }
  return {
    position,
    rule,
    references,
    drivers,
    last: entries.at(-1)?.entry,
    seen: { ids, versions: entries.map(({ version }) => version) },
    planned,
    refused,
    existing: existing.size,
    unmatched,
  };
}

/** @throws Problem `PERIOD_LOCKED` */
export async function requireOpen(tx: Tx, month: string): Promise<void> {
  if ((await periodState(tx, month)) !== 'LOCKED') return;
  throw ledgerProblem('PERIOD_LOCKED', `the month ${month} is locked`, { period_month: month });
}

type EntryRow = Omit<SourceEntry, 'month' | 'kind' | 'lines'> & { readonly version: string; readonly lines: string };

/** The next posted entries of the month, as a single run reads them. */
async function nextEntries(
  tx: Tx,
  position: Position,
  most: number,
): Promise<{ entry: SourceEntry; version: string }[]> {
  const config = await ledgerConfig(tx);
  const { month, after_date, after_id } = position;
  const rows = await tx.query<EntryRow>(sql.NEXT_ENTRIES, [firstDayOf(month), after_date, after_id, most]);
  return rows.map(({ version, lines, ...entry }) => ({
    entry: sourceEntry({ ...entry, lines: lines.split(sql.BETWEEN_LINES).map(lineOf) }, config),
    version,
  }));
}

function lineOf(text: string): SourceEntry['lines'][number] {
  const [lineNo = '', debit = '', credit = '', account = ''] = text.split(sql.BETWEEN_MEMBERS);
  return { lineNo: Number(lineNo), debit, credit, account };
}

const place = (entry: string, line: number, axis: string) => `${entry} ${line} ${axis}`;

async function heldLines(tx: Tx, entries: readonly string[], axes: readonly string[]): Promise<Map<string, string>> {
  type Row = { entry_id: string; line_no: number; axis_id: string; posting_id: string };
  const rows = await tx.query<Row>(sql.HELD, [entries, axes]);
  return new Map(rows.map((row) => [place(row.entry_id, row.line_no, row.axis_id), row.posting_id]));
}

/** Entries that the rule allocated before: an active posting holds its lines. */
async function allocatedBy(tx: Tx, ruleId: string, held: ReadonlyMap<string, string>): Promise<ReadonlySet<string>> {
  if (held.size === 0) return new Set();
  const rows = await tx.query<{ source_entry_id: string }>(sql.OF_RULE, [[...new Set(held.values())], ruleId]);
  return new Set(rows.map((row) => row.source_entry_id));
}

function requireFree(
  entry: string,
  result: PostingResult,
  references: References,
  held: ReadonlyMap<string, string>,
): void {
  if (held.size === 0) return;
  for (const { line, axis } of linePartsOf(result.lines)) {
    const posting = held.get(place(entry, line, references.axisIds.get(axis) ?? ''));
    if (posting === undefined) continue;
    const detail = `line ${line} on ${axis} is held by the posting ${posting}`;
    throw analyticProblem('ALREADY_ALLOCATED', detail, { posting_id: posting, line, axis });
  }
}
