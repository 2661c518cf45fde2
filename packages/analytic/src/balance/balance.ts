import { type AccountBalance, formatAmount, balance as ledgerBalance, ledgerConfig, readAmount } from '@prorata/ledger';
import { firstDayOf, parseMonths, platformProblem, type RequestContext, type Tx } from '@prorata/platform';
import { writeCsv } from '../service/csv.ts';
import { type AnalyticNode, found, read } from '../service/node.ts';
import { bookSettings } from '../source/settings.ts';
import type { AccountRow, AnalyticBalance, BalanceQuery, BalanceRow } from './balance.schema.ts';
import * as sql from './balance.sql.ts';
import { foldSoon } from './fold.ts';
import { rollUp, subtree, type TreeNode } from './tree.ts';

/**
 * What an axis bears by dimension and month, tied to the ledger: for each account that rules take by default or that was allocated,
 * the ledger's balance, what is allocated, and the difference.
 *
 * @throws Problem `NOT_FOUND`, `MONTH_INVALID`, `ENTITY_NOT_SERVED`
 */
export async function analyticBalance(
  node: AnalyticNode,
  context: RequestContext,
  query: BalanceQuery,
): Promise<AnalyticBalance> {
  const [from, to] = parseMonths(query.from, query.to);
  foldSoon(node, context);
  return await read(node, context, async (tx) => {
    await tx.query(sql.ONE_MOMENT);
    const { currency, scale } = await bookSettings(tx, context);
    const axis = found(await tx.query<{ id: string; code: string }>(sql.AXIS, [query.axis]), `no axis ${query.axis}`);
    const months = [axis.id, firstDayOf(from), firstDayOf(to)];
    const rows = rowsOf(await treeOf(tx, axis.id, query.dimension), await amountsOf(tx, months), scale);
    const accounts = await accountsOf(tx, query, months);
    const sum = (of: (row: AccountUnits) => bigint) => accounts.reduce((total, row) => total + of(row), 0n);
    const [ledger, allocated] = [sum((row) => row.ledger), sum((row) => row.allocated)];
    return {
      axis,
      from,
      to,
      currency,
      rows,
      accounts: accounts.map((row) => accountRow(row, scale)),
      ledger: money(ledger, scale),
      allocated: money(allocated, scale),
      unallocated: money(ledger - allocated, scale),
    };
  });
}

async function treeOf(tx: Tx, axis: string, dimension: string | undefined): Promise<TreeNode[]> {
  const nodes = await tx.query<TreeNode & object>(sql.DIMENSIONS, [axis]);
  if (dimension === undefined) return nodes;
  const kept = subtree(nodes, dimension);
  if (kept.length === 0) throw platformProblem('NOT_FOUND', `there is no dimension ${dimension} on the axis`);
  return kept;
}

async function amountsOf(tx: Tx, months: readonly unknown[]): Promise<Map<string, Map<string, bigint>>> {
  const amounts = new Map<string, Map<string, bigint>>();
  type Row = { dimension_id: string; month: string; amount: string };
  for (const row of await tx.query<Row>(sql.BY_DIMENSION, months)) {
    const own = amounts.get(row.dimension_id) ?? new Map<string, bigint>();
    amounts.set(row.dimension_id, own.set(row.month, units(row.amount)));
  }
  return amounts;
}

function rowsOf(
  nodes: readonly TreeNode[],
  amounts: ReadonlyMap<string, ReadonlyMap<string, bigint>>,
  scale: number,
): BalanceRow[] {
  return rollUp(nodes, amounts).flatMap(({ node, parent, depth, own, total }) =>
    [...total].sort(byMonth).map(([month, amount]) => ({
      dimension: node.code,
      parent,
      depth,
      name_source: node.name_source,
      period_month: month,
      own: money(own.get(month) ?? 0n, scale),
      total: money(amount, scale),
    })),
  );
}

const byMonth = ([a]: readonly [string, bigint], [b]: readonly [string, bigint]) => (a < b ? -1 : 1);

interface AccountUnits {
  readonly account: string;
  readonly label: string | null;
  readonly ledger: bigint;
  readonly allocated: bigint;
}

async function accountsOf(tx: Tx, query: BalanceQuery, months: readonly unknown[]): Promise<AccountUnits[]> {
  const allocated = new Map<string, bigint>();
  for (const row of await tx.query<{ account: string; amount: string }>(sql.BY_ACCOUNT, months)) {
    allocated.set(row.account, units(row.amount));
  }
  const { default_accounts } = await ledgerConfig(tx);
  const taken = (account: string) =>
    allocated.has(account) || default_accounts.some((beginning) => account.startsWith(beginning));
  const accounts = [...default_accounts, ...allocated.keys()];
  const books = await ledgerBalance(tx, { from: query.from, to: query.to, accounts });
  const inBooks = new Map<string, AccountBalance>();
  for (const row of books) if (taken(row.account)) inBooks.set(row.account, row);
  return [...new Set([...inBooks.keys(), ...allocated.keys()])].sort().map((account) => ({
    account,
    label: inBooks.get(account)?.account_label ?? null,
    ledger: units(inBooks.get(account)?.balance ?? '0'),
    allocated: allocated.get(account) ?? 0n,
  }));
}

function accountRow({ account, label, ledger, allocated }: AccountUnits, scale: number): AccountRow {
  return {
    account,
    account_label: label,
    ledger: money(ledger, scale),
    allocated: money(allocated, scale),
    unallocated: money(ledger - allocated, scale),
  };
}

function units(text: string): bigint {
  const amount = readAmount(text);
  if (amount.fault !== undefined) throw new RangeError(`the database gave the amount ${text}`);
  return amount.units;
}

/** An amount of the database with the decimals of the currency, or more where a rule has a finer scale. */
export function shownAmount(text: string, scale: number): string {
  return money(units(text), scale);
}

/** With the decimals of the currency, or more where a rule has a finer scale. */
function money(amount: bigint, scale: number): string {
  const [whole = '', fraction = ''] = formatAmount(amount).split('.');
  const decimals = fraction.padEnd(scale, '0');
  return decimals === '' ? whole : `${whole}.${decimals}`;
}

/** The balance as a file for a spreadsheet. */
export function balanceCsv(balance: AnalyticBalance, view: 'tree' | 'accounts'): string {
  if (view === 'accounts') {
    const columns = ['account', 'account_label', 'ledger', 'allocated', 'unallocated'] as const;
    return writeCsv(
      columns,
      balance.accounts.map((row) => columns.map((column) => row[column])),
    );
  }
  const columns = ['axis', 'dimension', 'parent', 'depth', 'name', 'period_month', 'own', 'total', 'currency'];
  return writeCsv(
    columns,
    balance.rows.map((row) => [
      balance.axis.code,
      row.dimension,
      row.parent,
      String(row.depth),
      row.name ?? row.name_source,
      row.period_month,
      row.own,
      row.total,
      balance.currency,
    ]),
  );
}
