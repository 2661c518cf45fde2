import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Input with known totals that stands beside the checkout and is no part of it. */
export const SHARED = fileURLToPath(new URL('../../../shared/', import.meta.url));

export const hasShared = existsSync(`${SHARED}/data`);

/** Why a suite that needs the shared input did not run; printed, so that a skip is never silent. */
export function announceShared(suite: string): void {
  if (!hasShared) console.warn(`${suite}: skipped, there is no folder "shared" beside the checkout`);
}

export interface FileTotals {
  readonly file: string;
  readonly entity: string;
  readonly month: string;
  readonly currency: string;
  readonly billed: string;
  readonly effective: string;
  readonly rows: number;
}

/** The totals of the subsidiaries' files as their makers state them, one line a file. */
export function subsidiaryTotals(): FileTotals[] {
  const [head = '', ...lines] = readFileSync(`${SHARED}/data/focus/TOTALS.csv`, 'utf8').trim().split(/\r?\n/);
  const names = head.split(',');
  return lines
    .map((line) => Object.fromEntries(line.split(',').map((value, index) => [names[index] ?? '', value])))
    .filter((row) => row.file?.startsWith('subsidiaries/'))
    .map((row) => ({
      file: `${SHARED}/data/focus/${row.file}`,
      entity: row.file?.split('/')[1] ?? '',
      month: row.billing_period_start?.slice(0, 7) ?? '',
      currency: row.billing_currency ?? '',
      billed: row.billed_cost ?? '',
      effective: row.effective_cost ?? '',
      rows: Number(row.rows),
    }));
}

export function subsidiaryFiles(entity: string, restated: boolean): string[] {
  return globSync(`${SHARED}/data/focus/subsidiaries/${entity}/*.csv`)
    .filter((file) => file.includes('restated') === restated)
    .sort();
}

export const ECB_FILE = `${SHARED}/data/fx/eurofxref-hist.csv`;
