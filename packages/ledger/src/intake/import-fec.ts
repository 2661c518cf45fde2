import { basename } from 'node:path';
import {
  type Database,
  monthOf,
  type RequestContext,
  scopeOf,
  type Tx,
  type WriteRecord,
  writePath,
} from '@prorata/platform';
import { formatAmount } from '../entry/amount.ts';
import { type LedgerReaction, tellReversed } from '../events/apply.ts';
import { type FecEntryHead, refusal } from '../fec/entries.ts';
import type { RefusedEntry, RefusedLine } from '../fec/faults.ts';
import { type FecDialect, type FecReading, readFec } from '../fec/read-fec.ts';
import {
  type Incoming,
  type Merged,
  mergeEntries,
  type NumberedLine,
  type Owner,
  ownerOf,
  requireEntity,
} from './merge.ts';

/** What one file brought. Amounts are decimal texts in the functional currency of the books. */
export interface FecImport {
  readonly file: string;
  readonly sha256: string;
  readonly siren: string | null;
  readonly closing_date: string | null;
  readonly dialect: FecDialect;
  readonly currency: string;
  /** Lines below the header. */
  readonly lines: number;
  readonly entries: number;
  readonly new: number;
  /** Drafts that the file changes or shows as posted. */
  readonly updated: number;
  readonly unchanged: number;
  /** Entries taken, or there already, that are drafts. */
  readonly drafts: number;
  readonly months: readonly { readonly month: string; readonly entries: number; readonly debit: string }[];
  /** Of the entries that are in. */
  readonly totals: { readonly debit: string; readonly credit: string };
  readonly refused_lines: readonly RefusedLine[];
  readonly refused_lines_count: number;
  readonly refused_entries: readonly RefusedEntry[];
  readonly refused_entries_count: number;
  readonly remarks: readonly string[];
}

export interface FecImported extends FecImport {
  /** The same file was imported before: this is the answer of then, and nothing was done. */
  readonly replayed: boolean;
}

export interface LedgerNode {
  readonly db: Database;
  /** Who imports, and for which legal entity. */
  readonly context: RequestContext;
  /** Follows the reversals that an intake brings. */
  readonly react?: LedgerReaction;
}

export interface ImportFecOptions {
  /** Functional currency of the books, ISO 4217; that of the legal entity unless told. */
  readonly currency?: string;
  /** How the request is known to the store of answers, where it has a key. */
  readonly request?: { readonly method: string; readonly route: string; readonly idempotencyKey?: string | undefined };
  /** Called before each file. */
  readonly onFile?: (path: string) => void;
}

/**
 * Imports FEC files, each in a transaction of its own: an entry is in or out, and what is out is listed with line and reason. A file
 * that was imported before is answered as it was then, with no effect.
 *
 * @throws Problem of `readFec`, and `ENTITY_NOT_SERVED`; files before the one at fault stay imported
 */
export async function importFec(
  node: LedgerNode,
  files: readonly string[],
  options: ImportFecOptions = {},
): Promise<FecImported[]> {
  const results: FecImported[] = [];
  for (const file of files) {
    options.onFile?.(file);
    results.push(await importFile(node, file, options));
  }
  return results;
}

const KNOWN = `
  SELECT result FROM gl_import WHERE tenant_id = $1 AND legal_entity_id = $2 AND sha256 = $3 AND settled`;

const REMEMBER = `
  INSERT INTO gl_import (tenant_id, legal_entity_id, sha256, file_name, settled, result, imported_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (tenant_id, legal_entity_id, sha256) DO UPDATE
     SET file_name = excluded.file_name, settled = excluded.settled, result = excluded.result, imported_at = now(),
         imported_by = excluded.imported_by
   WHERE NOT gl_import.settled`;

async function importFile(node: LedgerNode, path: string, options: ImportFecOptions): Promise<FecImported> {
  const { db, context } = node;
  const owner = ownerOf(context);
  const reading = await readFec(path);
  const scope = scopeOf(context);
  const { method, route, idempotencyKey } = { method: 'IMPORT', route: 'ledger/fec', ...options.request };
  // With a key the store of answers is asked first: a key that was used for another file is refused, whatever the file.
  const known = (tx: Tx) => earlier(tx, owner, reading);
  const first = idempotencyKey === undefined ? await db.transaction(scope, known, { readOnly: true }) : undefined;
  if (first !== undefined) return { ...first, replayed: true };
  let before = false;
  const answer = await writePath<FecImport>(
    db,
    context,
    {
      action: 'ledger.import_fec',
      method,
      route,
      idempotencyKey,
      payload: { sha256: reading.source.sha256 },
      role: 'intake',
    },
    async (tx, record) => {
      const stored = await known(tx);
      before = stored !== undefined;
      return { status: 200, body: stored ?? (await take(tx, record, node, owner, reading, options)) };
    },
  );
  return { ...answer.body, replayed: answer.replayed || before };
}

async function earlier(tx: Tx, owner: Owner, reading: FecReading): Promise<FecImport | undefined> {
  const rows = await tx.query<{ result: FecImport }>(KNOWN, [
    owner.tenantId,
    owner.legalEntityId,
    reading.source.sha256,
  ]);
  return rows[0]?.result;
}

async function take(
  tx: Tx,
  record: WriteRecord,
  node: LedgerNode,
  owner: Owner,
  reading: FecReading,
  options: ImportFecOptions,
): Promise<FecImport> {
  const entity = await requireEntity(tx, owner);
  const currency = options.currency ?? entity.currency;
  const merged = await mergeEntries(tx, owner, incomingOf(reading, currency));
  await tellReversed(tx, record, merged.reversedIds, node.react);
  const result = resultOf(reading, currency, merged);
  const { source } = reading;
  await tx.execute(REMEMBER, [
    owner.tenantId,
    owner.legalEntityId,
    source.sha256,
    result.file,
    merged.refused.length === 0,
    JSON.stringify(result),
    owner.userId,
  ]);
  const summary = {
    file: result.file,
    sha256: result.sha256,
    entries: result.entries,
    new: result.new,
    updated: result.updated,
    unchanged: result.unchanged,
    refused_entries: result.refused_entries_count,
    debit: result.totals.debit,
    currency,
  };
  record.audit({ subject: 'fec', subjectId: source.sha256, details: summary });
  record.emit({ event: 'LEDGER.FEC.IMPORTED', entity_id: source.sha256, payload: summary });
  // Whoever imported the same file at the same moment has answered first; then that answer stands.
  return (await earlier(tx, owner, reading)) ?? result;
}

const MOST_REFUSALS = 10_000;

function incomingOf(reading: FecReading, currency: string): Incoming {
  return {
    origin: 'FEC',
    source: reading.source.sha256,
    *entries() {
      for (const head of reading.entries) {
        if (head.refused !== undefined) continue;
        yield { entryNo: head.index, entry: entryOf(head, currency) };
      }
    },
    async *lines() {
      const lineNo = new Int32Array(reading.entries.length);
      for await (const batch of reading.acceptedLines()) {
        yield batch.map(({ entry, line }): NumberedLine => {
          const number = (lineNo[entry.index] ?? 0) + 1;
          lineNo[entry.index] = number;
          return {
            entryNo: entry.index,
            lineNo: number,
            account: line.account,
            accountLabel: line.accountLabel,
            auxiliaryAccount: line.auxiliaryAccount,
            auxiliaryLabel: line.auxiliaryLabel,
            documentRef: line.documentRef,
            documentDate: line.documentDate,
            label: line.label,
            debit: formatAmount(line.debit),
            credit: formatAmount(line.credit),
            foreignAmount: line.foreignAmount === undefined ? undefined : formatAmount(line.foreignAmount),
            foreignCurrency: line.foreignCurrency,
            sourceLine: line.line,
          };
        });
      }
    },
  };
}

function entryOf(head: FecEntryHead, currency: string) {
  return {
    journalCode: head.journalCode,
    journalLabel: head.journalLabel,
    number: head.number,
    accountingDate: head.date,
    status: head.draft ? ('DRAFT' as const) : ('POSTED' as const),
    currency,
    validatedOn: head.draft ? undefined : head.validatedOn,
  };
}

function resultOf(reading: FecReading, currency: string, merged: Merged): FecImport {
  const conflicts = merged.refused.flatMap(({ entryNo, code }) => {
    const head = reading.entries[entryNo];
    return head === undefined ? [] : [refusal(head, code)];
  });
  const out = new Set(merged.refused.map(({ entryNo }) => entryNo));
  const taken = reading.entries.filter((head) => head.refused === undefined && !out.has(head.index));
  const months = new Map<string, { entries: number; debit: bigint }>();
  for (const head of taken) {
    const month = months.get(monthOf(head.date)) ?? { entries: 0, debit: 0n };
    months.set(monthOf(head.date), { entries: month.entries + 1, debit: month.debit + head.debit });
  }
  const total = formatAmount(taken.reduce((sum, head) => sum + head.debit, 0n));
  return {
    file: basename(reading.source.path),
    sha256: reading.source.sha256,
    siren: reading.name.siren,
    closing_date: reading.name.closing_date,
    dialect: reading.dialect,
    currency,
    lines: reading.lineCount,
    entries: taken.length,
    new: merged.new,
    updated: merged.updated,
    unchanged: merged.unchanged,
    drafts: taken.filter((head) => head.draft).length,
    months: [...months]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([month, { entries, debit }]) => ({ month, entries, debit: formatAmount(debit) })),
    totals: { debit: total, credit: total },
    refused_lines: reading.refusedLines.items,
    refused_lines_count: reading.refusedLines.count,
    refused_entries: [...reading.refusedEntries.items, ...conflicts].slice(0, MOST_REFUSALS),
    refused_entries_count: reading.refusedEntries.count + merged.refused.length,
    remarks: [...reading.remarks, ...reading.finest.remarks(currency)],
  };
}
