import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Bills with known totals, beside the checkout; tests that need them are skipped, with this message, where they are not. */
export const FOCUS = fileURLToPath(new URL('../../../../../shared/data/focus/', import.meta.url));
export const hasShared = existsSync(join(FOCUS, 'TOTALS.csv'));
export const SHARED_MISSING = 'the shared bills are not beside this checkout (../shared/data/focus)';

export interface KnownTotal {
  readonly file: string;
  readonly currency: string;
  readonly period: string;
  readonly rows: number;
  readonly billed: string;
  readonly effective: string;
}

/** TOTALS.csv: one line a file and billing period, computed by somebody else. */
export function knownTotals(): KnownTotal[] {
  const lines = readFileSync(join(FOCUS, 'TOTALS.csv'), 'utf8').trim().split(/\r?\n/).slice(1);
  return lines.map((line) => {
    const [file = '', currency = '', period = '', , rows = '', billed = '', effective = ''] = line.split(',');
    return { file, currency, period, rows: Number(rows), billed, effective };
  });
}

export const ENTITIES = ['FR01', 'DE02', 'GB03', 'US04', 'CH05'] as const;

/** An entity's files, the restated one last. */
export function filesOf(entity: string): { readonly name: string; readonly path: string; readonly month: string }[] {
  const folder = join(FOCUS, 'subsidiaries', entity);
  const names = readdirSync(folder).sort(
    (one, other) => Number(one.includes('restated')) - Number(other.includes('restated')) || (one < other ? -1 : 1),
  );
  return names.map((name) => ({ name, path: join(folder, name), month: name.slice(0, 7) }));
}
