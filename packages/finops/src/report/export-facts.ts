import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { firstDayOf, type Tx } from '@prorata/platform';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import * as sql from './reports.sql.ts';
import { type FactsFilter, filterValues, type ReportedFact } from './reports.ts';

/** Columns of the export, as the contract with the group names them. */
const COLUMNS = [
  'period_month',
  'application_id',
  'domain_id',
  'family_id',
  'product_id',
  'unit',
  'environment',
  'consumption_type',
  'currency',
  'quantity',
  'cost_effective',
  'cost_billed',
  'cost_standard',
] as const satisfies readonly (keyof ReportedFact)[];

/**
 * Writes the facts of a month as CSV (RFC 4180, UTF-8, decimal points, empty for none), all as they stand at one moment.
 *
 * @param path of the file to write; what stands there is replaced
 * @returns how many facts were written
 * @throws Problem `MONTH_INVALID`, `NO_RUN`
 */
export async function exportFacts(entity: EntityNode, filter: FactsFilter, path: string): Promise<number> {
  const key = [entity.scope.tenantId, entity.scope.legalEntityId, firstDayOf(filter.month)];
  let written = 0;
  async function* lines(tx: Tx): AsyncGenerator<string> {
    yield `${COLUMNS.join(',')}\r\n`;
    for (;;) {
      const rows = await tx.query<ReportedFact>(sql.NEXT_EXPORTED);
      if (rows.length === 0) return;
      written += rows.length;
      yield rows.map((row) => `${COLUMNS.map((column) => cell(row[column])).join(',')}\r\n`).join('');
    }
  }
  await entity.db.transaction(
    entity.scope,
    async (tx) => {
      const [found] = await tx.query<{ any: boolean }>(sql.HAS_FACTS, key);
      if (found?.any !== true) throw finopsProblem('NO_RUN', `${filter.month} has no facts`);
      await tx.execute(sql.OPEN_EXPORT, [...key, ...filterValues(filter)]);
      await pipeline(Readable.from(lines(tx)), createWriteStream(path, { mode: 0o600 }));
    },
    { readOnly: true },
  );
  return written;
}

/**
 * A spreadsheet would run a code that begins like a formula (OWASP, CSV injection): an apostrophe makes it a text. Amounts are digits
 * and stay as they are.
 */
function cell(value: string | null): string {
  if (value === null) return '';
  const text = /^[=+@\t\r]|^-(?!\d+(\.\d+)?$)/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
