import { type EntryStatus, entriesOfMonth, type LedgerEntry } from '@prorata/ledger';
import type { Tx } from '@prorata/platform';
import { sumOf, unitsOf } from './amounts.ts';
import type { Invoice } from './bills.ts';
import { type AccountRole, roleReader, type TieOutConfig } from './config.ts';
import { mentionsIn, nameOf } from './mentions.ts';

/** Debit minus credit on one account of an entry, units of 10⁻¹⁸ in the currency of the books. */
export interface BookLine {
  readonly account: string;
  readonly amount: bigint;
}

/** An entry of the books that may belong to an invoice. */
export interface BookEntry {
  readonly id: string;
  readonly journal: string;
  readonly number: string;
  /** YYYY-MM-DD and YYYY-MM */
  readonly date: string;
  readonly month: string;
  readonly status: EntryStatus;
  readonly reverses: string | null;
  readonly documentRef: string | null;
  readonly label: string | null;
  readonly lines: readonly BookLine[];
  /** What the entry says is owed or was paid: credit minus debit of the settlement accounts. */
  readonly gross: bigint;
  /** The same in the currency that the lines name beside that of the books; null where they name none, or several. */
  readonly foreign: { readonly currency: string; readonly amount: bigint } | null;
  /** Taken from, less set aside on, the accrual accounts. */
  readonly accrued: bigint;
  /** Keys of the invoices whose id it names. */
  readonly invoices: readonly string[];
  /** Billing accounts that it names. */
  readonly billingAccounts: readonly string[];
  /** Rules that the entry belongs to by accounts, journal and supplier. */
  readonly rules: readonly string[];
  /** Rules whose supplier it names. */
  readonly suppliers: readonly string[];
}

/** What the entries of some months say. */
export interface Books {
  /** Entries that belong to a rule or name an invoice or a billing account. */
  readonly entries: readonly BookEntry[];
  /** By month: the sum on the accounts of all rules over all posted entries, whether kept or not. */
  readonly onAccounts: ReadonlyMap<string, bigint>;
}

/** Finds the entries that may belong to invoices. @param months YYYY-MM, in any order */
export async function booksOf(
  tx: Tx,
  config: TieOutConfig,
  months: readonly string[],
  invoices: readonly Invoice[],
): Promise<Books> {
  const read = entryReader(config, invoices);
  const entries: BookEntry[] = [];
  const onAccounts = new Map<string, bigint>();
  const filter = { statuses: ['POSTED', 'REVERSED', 'DRAFT'] as const, accounts: read.accounts };
  for (const month of months) {
    let sum = 0n;
    for await (const found of entriesOfMonth(tx, month, filter)) {
      const entry = read.entry(found);
      if (entry.status !== 'DRAFT')
        sum += sumOf(entry.lines, (line) => (read.isChosen(line.account) ? line.amount : 0n));
      const kept = entry.rules.length > 0 || entry.invoices.length > 0 || entry.billingAccounts.length > 0;
      if (kept || entry.reverses !== null) entries.push(entry);
    }
    onAccounts.set(month, sum);
  }
  return { entries, onAccounts };
}

/** What an account is to each rule, and how an entry of the ledger reads to them. */
export function entryReader(config: TieOutConfig, invoices: readonly Invoice[]) {
  const byId = namesOf(invoices, (invoice) => invoice.id);
  const byAccount = namesOf(invoices, (invoice) => invoice.billingAccount);
  const rules = config.rules.map((rule) => ({
    code: rule.code,
    role: roleReader(config, rule),
    journals: new Set(rule.journals ?? []),
    suppliers: (rule.suppliers ?? []).map((supplier) => supplier.toUpperCase()),
  }));
  const [first] = rules;
  const chosen = [
    ...new Set(config.rules.flatMap((rule) => [...rule.cost_accounts, ...(rule.prepaid_accounts ?? [])])),
  ];
  const isChosen = (account: string) => rules.some(({ role }) => isCost(role(account)));
  return {
    /** First characters of the accounts whose entries are worth reading. */
    accounts: [...new Set([...chosen, ...config.settlement_accounts, ...(config.accrual_accounts ?? [])])],
    /** Of the accounts that an expected balance is read for. */
    chosen,
    isChosen,
    entry(found: LedgerEntry): BookEntry {
      const lines = found.lines.map(({ account, debit, credit }) => ({
        account,
        amount: unitsOf(debit) - unitsOf(credit),
      }));
      const role = (account: string) => first?.role(account);
      const settled = (line: BookLine) => (role(line.account) === 'settlement' ? -line.amount : 0n);
      const accrued = (line: BookLine) => (role(line.account) === 'accrual' ? line.amount : 0n);
      const texts = [...new Set(found.lines.flatMap(({ documentRef, label }) => [documentRef ?? '', label ?? '']))];
      const named = <T>(known: ReadonlyMap<string, readonly T[]>) => [
        ...new Set(texts.flatMap((text) => mentionsIn(text, known).flat())),
      ];
      const suppliers = rules.filter(({ suppliers }) => namesSupplier(found, suppliers)).map(({ code }) => code);
      // A payment moves what is owed and names the invoice too; a bank's fee in it is no part of the invoice.
      const settlements = lines.filter((line) => role(line.account) === 'settlement');
      const isPayment =
        settlements.some(({ amount }) => amount > 0n) &&
        settlements.some(({ amount }) => amount < 0n) &&
        !lines.some(({ account }) => isChosen(account));
      return {
        id: found.id,
        journal: found.journalCode,
        number: found.number,
        date: found.accountingDate,
        month: found.month,
        status: found.status,
        reverses: found.reverses,
        documentRef: found.lines.find((line) => line.documentRef !== undefined)?.documentRef ?? null,
        label: found.lines.find((line) => line.label !== undefined)?.label ?? null,
        lines,
        gross: sumOf(lines, settled),
        foreign: foreignOf(found, (account) => role(account) === 'settlement'),
        accrued: sumOf(lines, accrued),
        invoices: isPayment ? [] : named(byId).map((invoice) => invoice.key),
        billingAccounts: isPayment ? [] : [...new Set(named(byAccount).map((invoice) => invoice.billingAccount))],
        rules: rules
          .filter(
            ({ code, role, journals, suppliers: wanted }) =>
              (journals.size === 0 || journals.has(found.journalCode)) &&
              (wanted.length === 0 || suppliers.includes(code)) &&
              lines.some(({ account }) => isCost(role(account)) || role(account) === 'accrual'),
          )
          .map(({ code }) => code),
        suppliers,
      };
    },
  };
}

function isCost(role: AccountRole | undefined): boolean {
  return role === 'cost' || role === 'prepaid';
}

/** A short number, such as 12, is no name: it would be found in any text. */
const SHORTEST_NAME = 4;

function namesOf(invoices: readonly Invoice[], name: (invoice: Invoice) => string | null): Map<string, Invoice[]> {
  const named = invoices
    .map((invoice) => [nameOf(name(invoice) ?? ''), invoice] as const)
    .filter(([text]) => text.length >= SHORTEST_NAME);
  return new Map([...Map.groupBy(named, ([text]) => text)].map(([text, pairs]) => [text, pairs.map(([, one]) => one)]));
}

function namesSupplier(entry: LedgerEntry, suppliers: readonly string[]): boolean {
  return entry.lines.some(({ account, auxiliaryAccount }) =>
    [account, auxiliaryAccount ?? ''].some((text) =>
      suppliers.some((supplier) => text !== '' && text.toUpperCase().startsWith(supplier)),
    ),
  );
}

/** The side of the entry that costs, in the bill's currency; the supplier's side where only that names it. */
function foreignOf(entry: LedgerEntry, isSettlement: (account: string) => boolean): BookEntry['foreign'] {
  // Some programs name the currency of the books itself beside each amount: that says nothing.
  const named = entry.lines.filter(
    ({ foreignAmount, foreignCurrency = '' }) =>
      foreignAmount !== undefined && foreignCurrency !== '' && foreignCurrency !== entry.currency,
  );
  const currencies = new Set(named.map((line) => line.foreignCurrency));
  const [currency] = currencies;
  if (currency === undefined || currencies.size > 1) return null;
  const settled = named.filter((line) => isSettlement(line.account));
  const others = named.filter((line) => !isSettlement(line.account));
  // The file may sign foreign amounts or not: the side of the line says which way they go.
  const signed = (line: LedgerEntry['lines'][number]) => {
    const size = unitsOf((line.foreignAmount ?? '0').replace('-', ''));
    return unitsOf(line.debit) - unitsOf(line.credit) < 0n ? -size : size;
  };
  const amount = settled.length > 0 ? -sumOf(settled, signed) : sumOf(others, signed);
  return amount === 0n ? null : { currency, amount };
}
