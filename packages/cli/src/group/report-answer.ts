import type { Language } from '../terminal/decimals.ts';
import { type ReportField, type ReportRow, reportTable } from '../terminal/report.ts';
import type { Answer } from '../terminal/terminal.ts';

/** What stands above the rows of a report of costs. */
export interface Report {
  readonly rows: readonly object[];
  readonly complete?: boolean;
  readonly missing?: readonly { readonly period_month: string; readonly currency: string }[];
  readonly provisional?: readonly string[];
}

export function reportAnswer(report: Report, fields: readonly ReportField[], language: Language): Answer {
  const flags = flagsOf(report, language);
  const shown = reportTable(asRows(report.rows), fields, language);
  return { document: report, text: flags.length === 0 ? shown : `${shown}\n\n${flags.join('\n')}` };
}

/** What a reader has to know before trusting a total: missing rates and months that are not over. */
export function flagsOf(report: Report, language: Language): string[] {
  const missing = (report.missing ?? []).map(({ period_month, currency }) => `${currency} ${period_month}`);
  const provisional = report.provisional ?? [];
  const lines: string[] = [];
  if (missing.length > 0) {
    const words = language === 'fr' ? 'Incomplet, cours absents' : 'Incomplete, missing rates';
    lines.push(`! ${words}: ${missing.join(', ')}`);
  }
  if (provisional.length > 0) {
    const words = language === 'fr' ? 'Cours provisoires' : 'Provisional rates';
    lines.push(`! ${words}: ${provisional.join(', ')}`);
  }
  return lines;
}

export function asRows(rows: readonly object[]): ReportRow[] {
  return rows.map((row) => ({ ...row }));
}
