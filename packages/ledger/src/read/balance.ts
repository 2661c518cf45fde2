import { firstDayOf, parseMonths, type Tx } from '@prorata/platform';
import type { EntryKind } from '../entry/entry.ts';
import { OWN } from '../entry/own.sql.ts';
import { ledgerConfig } from '../periods/config.ts';
import { accountRange } from './accounts.ts';
import { kindOf } from './entries.sql.ts';

/** What an account moved in the months asked for; decimal texts in the functional currency. */
export interface AccountBalance {
  readonly account: string;
  readonly account_label: string | null;
  readonly debit: string;
  readonly credit: string;
  /** Debit minus credit. */
  readonly balance: string;
  readonly lines: string;
}

export interface BalanceQuery {
  /** First and last month, `YYYY-MM`, both included. */
  readonly from: string;
  readonly to: string;
  /** First characters of accounts; those of the configuration unless told, all of them for an empty list. */
  readonly accounts?: readonly string[];
  /** Ordinary ones unless told. */
  readonly kinds?: readonly EntryKind[];
}

/**
 * $1 and $2 months, $3 opening journals, $4 closing journals, $5 kinds, $6 and $7 account ranges. Reversed entries count, as their
 * mirrors do: together they are nothing.
 */
const BALANCE = `
  SELECT l.account, max(l.account_label) AS account_label, trim_scale(sum(l.debit)) AS debit, trim_scale(sum(l.credit)) AS credit,
         trim_scale(sum(l.debit) - sum(l.credit)) AS balance, sum(l.lines)::bigint AS lines
    FROM gl_account_month l
   WHERE ${OWN} AND l.period_month BETWEEN $1 AND $2
     AND ${kindOf('l.journal_code', '$3', '$4')} = ANY ($5::text[])
     AND (cardinality($6::text[]) = 0 OR EXISTS (
       SELECT 1 FROM unnest($6::text[], $7::text[]) AS a(low, high)
        WHERE l.account >= a.low AND (a.high IS NULL OR l.account < a.high)))
   GROUP BY l.account HAVING sum(l.lines) > 0 ORDER BY l.account`;

/** The balance of posted entries by account. @throws Problem `MONTH_INVALID` */
export async function balance(tx: Tx, query: BalanceQuery): Promise<AccountBalance[]> {
  const [from, to] = parseMonths(query.from, query.to).map(firstDayOf);
  const config = await ledgerConfig(tx);
  const ranges = (query.accounts ?? config.default_accounts).map(accountRange);
  return await tx.query<AccountBalance>(BALANCE, [
    from,
    to,
    config.opening_journals,
    config.closing_journals,
    query.kinds ?? ['ORDINARY'],
    ranges.map((range) => range.from),
    ranges.map((range) => range.below),
  ]);
}
