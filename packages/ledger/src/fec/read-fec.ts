import { basename } from 'node:path';
import { ledgerProblem } from '../problems.ts';
import { DateForms } from './date-forms.ts';
import { DecimalMarks } from './decimal-marks.ts';
import { EntryAssigner, EntrySurvey, type FecEntryHead } from './entries.ts';
import type { RefusedEntry, RefusedLine } from './faults.ts';
import { type FecFileName, readFileName } from './file-name.ts';
import { FinestAmounts } from './finest-amounts.ts';
import { type FecLayout, readLayout } from './layout.ts';
import { type FecLine, type FormsWatch, isBlank, readLine } from './line.ts';
import { type LineEnding, readLines } from './lines.ts';
import { type FecSource, inspectSource, requireUnchanged } from './source.ts';

/** How a file was written. */
export interface FecDialect {
  readonly encoding: FecSource['encoding'];
  readonly byte_order_mark: boolean;
  readonly separator: 'TAB' | '|' | ';';
  readonly quoted: boolean;
  readonly line_endings: readonly LineEnding[];
  readonly amounts: FecLayout['amounts'];
  readonly decimal_mark: DecimalMarks['mark'];
  readonly columns: number;
}

/** A FEC after its first pass: what it holds, what of it is refused, and how to read the rest. */
export interface FecReading {
  readonly source: FecSource;
  readonly name: FecFileName;
  readonly dialect: FecDialect;
  readonly missingColumns: readonly string[];
  readonly unknownColumns: readonly string[];
  /** Lines that hold values, without the header. */
  readonly lineCount: number;
  /** Every entry of the file in the order of its first line, refused ones among them. */
  readonly entries: readonly FecEntryHead[];
  readonly refusedLines: { readonly count: number; readonly items: readonly RefusedLine[] };
  readonly refusedEntries: { readonly count: number; readonly items: readonly RefusedEntry[] };
  readonly remarks: readonly string[];
  /** Amounts by their decimals, to be judged with the currency of the books. */
  readonly finest: FinestAmounts;
  /** The lines of all entries that are in, in the order of the file, each with the `index` of its entry. */
  acceptedLines(): AsyncGenerator<readonly AcceptedLine[]>;
}

export interface AcceptedLine {
  readonly entry: FecEntryHead;
  readonly line: FecLine;
}

export interface ReadFecOptions {
  /** Most refused lines, and most refused entries, that are kept by name; their count is always exact. 10 000 unless told. */
  readonly mostRefusals?: number;
}

/**
 * Reads a FEC (article A47 A-1 LPF) without a database. Holds one chunk of the file and a head for each entry, whatever the number and
 * the order of its lines: a first pass decides which entries are in, `acceptedLines` is the second.
 *
 * @throws Problem `FEC_NOT_FOUND`, `FEC_EMPTY`, `FEC_ENCODING_BROKEN`, `FEC_HEADER_UNKNOWN`, `FEC_COLUMNS_MISSING`, `FEC_COLUMN_TWICE`,
 *   `FEC_DECIMALS_AMBIGUOUS`, `FEC_DATES_AMBIGUOUS`, `FEC_LINE_TOO_LONG`, `FEC_CHANGED`
 */
export async function readFec(path: string, options: ReadFecOptions = {}): Promise<FecReading> {
  const source = await inspectSource(path);
  const survey = new EntrySurvey(options.mostRefusals ?? 10_000);
  const watch = { decimals: new DecimalMarks(), dates: new DateForms(), finest: new FinestAmounts() };
  const endings = new Set<LineEnding>();
  let layout: FecLayout | undefined;
  let lineCount = 0;
  for await (const { text, line, layout: found } of numberedLines(source, endings)) {
    layout = found;
    lineCount += 1;
    const read = readLine(text, line, found, watch);
    survey.add(read.line, read.faults);
  }
  if (layout === undefined) throw ledgerProblem('FEC_EMPTY', `${path} has no lines below its header`);
  requireOneReading(path, watch);
  survey.finish();
  const name = readFileName(basename(path));
  const entries = survey.assigner.heads;
  const known = layout;
  return {
    source,
    name,
    dialect: dialectOf(source, known, endings, watch.decimals),
    missingColumns: known.missing,
    unknownColumns: known.unknown,
    lineCount,
    entries,
    refusedLines: survey.refusedLines,
    refusedEntries: survey.refusedEntries,
    remarks: remarksOn(name, known, entries, watch.dates),
    finest: watch.finest,
    acceptedLines: () => acceptedLines(source, entries),
  };
}

function requireOneReading(path: string, { decimals, dates }: FormsWatch): void {
  const amount = decimals.contradiction();
  if (amount !== undefined) {
    throw ledgerProblem('FEC_DECIMALS_AMBIGUOUS', `line ${amount} of ${path}`, { line: amount });
  }
  const date = dates.ambiguity();
  if (date !== undefined) throw ledgerProblem('FEC_DATES_AMBIGUOUS', `line ${date} of ${path}`, { line: date });
}

interface NumberedLine {
  readonly text: string;
  readonly line: number;
  readonly layout: FecLayout;
}

/** Lines with values, after the header, which is the first line that is not blank. */
async function* numberedLines(source: FecSource, endings?: Set<LineEnding>): AsyncGenerator<NumberedLine> {
  let layout: FecLayout | undefined;
  for await (const batch of readLines(source, endings)) {
    for (const [index, text] of batch.lines.entries()) {
      if (isBlank(text)) continue;
      if (layout === undefined) layout = readLayout(text);
      else yield { text, line: batch.first + index, layout };
    }
  }
  if (layout === undefined) throw ledgerProblem('FEC_EMPTY', `${source.path} holds blank lines only`);
}

const BATCH_LINES = 1_000;

async function* acceptedLines(
  source: FecSource,
  entries: readonly FecEntryHead[],
): AsyncGenerator<readonly AcceptedLine[]> {
  await requireUnchanged(source);
  const assigner = new EntryAssigner();
  let batch: AcceptedLine[] = [];
  for await (const { text, line: number, layout } of numberedLines(source)) {
    const { line } = readLine(text, number, layout);
    const again = assigner.assign(line);
    assigner.close(again, line);
    const entry = entries[again.index];
    if (entry === undefined || entry.firstLine !== again.firstLine) {
      throw ledgerProblem('FEC_CHANGED', `line ${number} was not there before`);
    }
    if (entry.refused === undefined) batch.push({ entry, line });
    if (batch.length === BATCH_LINES) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
  await requireUnchanged(source);
}

/** One entry with its lines. */
export interface FecEntry {
  readonly head: FecEntryHead;
  readonly lines: readonly FecLine[];
}

/** Whole entries that are in. An entry is held until its last line: all at once where a file is sorted by account. */
export async function* fecEntries(reading: FecReading): AsyncGenerator<FecEntry> {
  const open = new Map<number, FecLine[]>();
  for await (const batch of reading.acceptedLines()) {
    for (const { entry, line } of batch) {
      const lines = open.get(entry.index) ?? [];
      lines.push(line);
      open.set(entry.index, lines);
      if (lines.length < entry.lines) continue;
      open.delete(entry.index);
      yield { head: entry, lines };
    }
  }
}

function dialectOf(
  source: FecSource,
  layout: FecLayout,
  endings: ReadonlySet<LineEnding>,
  marks: DecimalMarks,
): FecDialect {
  return {
    encoding: source.encoding,
    byte_order_mark: source.byteOrderMark,
    separator: layout.separator === '\t' ? 'TAB' : layout.separator,
    quoted: layout.quoted,
    line_endings: [...endings].sort(),
    amounts: layout.amounts,
    decimal_mark: marks.mark,
    columns: layout.columns.length,
  };
}

/** What differs from the law and is taken nevertheless. */
function remarksOn(name: FecFileName, layout: FecLayout, entries: readonly FecEntryHead[], dates: DateForms): string[] {
  const remarks = [...name.remarks];
  if (layout.missing.length > 0) remarks.push(`columns of the law are missing: ${layout.missing.join(', ')}`);
  if (layout.unknown.length > 0)
    remarks.push(`columns are no fields of a FEC and were not read: ${layout.unknown.join(', ')}`);
  if (layout.separator === ';') remarks.push('values are separated by ";"; the law names tabs and "|"');
  if (dates.slashed) remarks.push('dates stand as JJ/MM/AAAA; the law asks for AAAAMMJJ');
  if (layout.quoted) remarks.push('values stand in double quotes');
  const closing = name.closing_date;
  const late = closing === null ? 0 : entries.filter((entry) => entry.date > closing).length;
  if (late > 0) remarks.push(`${late} entries are dated after the closing date ${closing} of the name`);
  return remarks;
}
