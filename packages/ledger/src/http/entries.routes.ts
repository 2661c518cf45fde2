import { type App, scopeOf } from '@prorata/platform';
import { ledgerProblem } from '../problems.ts';
import { entry, type LedgerEntry } from '../read/entries.ts';
import { listEntries } from '../read/list.ts';
import type { LedgerHttp } from './ledger-http.ts';
import { BASE, Entry, EntryPage, EntryQuery, IdPath, READERS, refusals } from './schema.ts';

const about = (operationId: string, summary: string) => ({ tags: ['ledger'], operationId, summary });

export function entryRoutes(app: App, { db }: LedgerHttp): void {
  app.get(
    `${BASE}/entries`,
    {
      config: READERS,
      schema: {
        ...about('listEntries', 'Entries of the read copy by accounting date, a page at a time'),
        querystring: EntryQuery,
        response: { 200: EntryPage, ...refusals },
      },
    },
    async (request, reply) => {
      const read = (tx: Parameters<typeof listEntries>[0]) => listEntries(tx, request.query);
      return reply.send(await db.transaction(scopeOf(request.context), read, { readOnly: true }));
    },
  );
  app.get(
    `${BASE}/entries/:id`,
    {
      config: READERS,
      schema: {
        ...about('entry', 'One entry with its lines'),
        params: IdPath,
        response: { 200: Entry, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const found = await db.transaction(scopeOf(request.context), (tx) => entry(tx, id), { readOnly: true });
      if (found === undefined) throw ledgerProblem('ENTRY_NOT_FOUND', `entry ${id}`, { entry_id: id });
      return reply.send(told(found));
    },
  );
}

/** The members as the list of entries names them. */
function told(found: LedgerEntry): Entry {
  return {
    id: found.id,
    origin: found.origin,
    journal_code: found.journalCode,
    journal_label: found.journalLabel,
    entry_number: found.number,
    accounting_date: found.accountingDate,
    status: found.status,
    kind: found.kind,
    currency: found.currency,
    validated_on: found.validatedOn,
    reverses: found.reverses,
    reversed_by: found.reversedBy,
    debit: found.debit,
    credit: found.credit,
    digest: found.digest,
    line_count: found.lines.length,
    lines: found.lines.map((line) => ({
      line_no: line.lineNo,
      account: line.account,
      account_label: line.accountLabel ?? null,
      auxiliary_account: line.auxiliaryAccount ?? null,
      auxiliary_label: line.auxiliaryLabel ?? null,
      document_ref: line.documentRef ?? null,
      document_date: line.documentDate ?? null,
      label: line.label ?? null,
      debit: line.debit,
      credit: line.credit,
      foreign_amount: line.foreignAmount ?? null,
      foreign_currency: line.foreignCurrency ?? null,
      source_line: line.sourceLine ?? null,
    })),
  };
}
