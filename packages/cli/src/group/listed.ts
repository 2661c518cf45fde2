import type { Language } from '../terminal/decimals.ts';
import { type ReportField, reportTable } from '../terminal/report.ts';
import type { Answer } from '../terminal/terminal.ts';

/** A list as a command answers it: the rows as they are, and a table of what a person reads first. */
export function listed(rows: readonly object[], fields: readonly ReportField[], language: Language): Answer {
  const lines = rows.map((row) => ({ ...row }));
  return { document: { rows }, text: reportTable(lines, fields, language) };
}
