import type { Tx } from '@prorata/platform';
import { roundedTo, scaledTo, unitsOf } from './amounts.ts';
import * as sql from './bills.sql.ts';
import { ruleOf, type TieOutConfig } from './config.ts';

/** One invoice as the bills tell it. Amounts are units of 10⁻¹⁸ of its currency. */
export interface Invoice {
  readonly key: string;
  readonly id: string | null;
  /** YYYY-MM of its billing period, or of the month that carries it. */
  readonly month: string;
  /** The closed month, YYYY-MM, that it came too late for and whose correction its month carries; null where it came in time. */
  readonly adjusts: string | null;
  readonly provider: string;
  readonly billingAccount: string;
  readonly currency: string;
  /** Billed cost, as exact as the bills are. */
  readonly billed: bigint;
  /** Tax that the invoice adds to what is billed; zero where the bills hold the tax. */
  readonly taxAdded: bigint;
  /** What is to be paid: billed cost and added tax, in whole coins. */
  readonly gross: bigint;
  /** The tax in `gross`, whole coins. */
  readonly tax: bigint;
  /** Parts of the net amount in whole coins, by which a partial booking is known. */
  readonly purchases: bigint;
  readonly credits: bigint;
  readonly adjustments: bigint;
  /** What was paid for later months, without tax. */
  readonly prepaid: bigint;
  /** Rule of the configuration; null where none takes it. */
  readonly rule: string | null;
}

export interface InvoiceRow {
  readonly month: string;
  readonly adjusts: string | null;
  readonly provider: string;
  readonly billing_account: string;
  readonly invoice_id: string | null;
  readonly currency: string;
  readonly billed: string;
  readonly tax: string;
  readonly purchases: string;
  readonly prepaid: string;
  readonly credits: string;
  readonly adjustments: string;
}

const ONE = 10n ** 18n;

/** An invoice out of the sums of its charges. Nothing billed and nothing to pay is no invoice: undefined. */
export function invoiceOf(config: TieOutConfig, row: InvoiceRow): Invoice | undefined {
  const rule = ruleOf(config, row.provider, row.billing_account);
  const [billed, taxBilled] = [unitsOf(row.billed), unitsOf(row.tax)];
  const rate = rule?.tax === undefined || rule.tax === 'in_bills' ? 0n : unitsOf(rule.tax);
  const taxAdded = rate === 0n ? 0n : scaledTo(row.currency, billed - taxBilled, rate, ONE);
  const gross = roundedTo(row.currency, billed + taxAdded);
  if (billed === 0n && gross === 0n) return undefined;
  const coins = (text: string) => roundedTo(row.currency, unitsOf(text));
  return {
    key: [row.month, row.provider, row.billing_account, row.invoice_id ?? '', row.currency, row.adjusts ?? ''].join(
      '|',
    ),
    id: row.invoice_id,
    month: row.month,
    adjusts: row.adjusts,
    provider: row.provider,
    billingAccount: row.billing_account,
    currency: row.currency,
    billed,
    taxAdded,
    gross,
    tax: roundedTo(row.currency, taxBilled) + taxAdded,
    purchases: coins(row.purchases),
    credits: coins(row.credits),
    adjustments: coins(row.adjustments),
    prepaid: coins(row.prepaid),
    rule: rule?.code ?? null,
  };
}

/** The invoices of the months from `first` to `last`, first days of both, and those that came late and are booked in them. */
export async function invoicesOf(
  tx: Tx,
  config: TieOutConfig,
  [tenantId, legalEntityId]: readonly [string, string, ...unknown[]],
  first: string,
  last: string,
): Promise<Invoice[]> {
  const months = [tenantId, legalEntityId, first, last];
  const own = await tx.query<InvoiceRow>(sql.INVOICES, months);
  const carried = await tx.query<InvoiceRow>(sql.CARRIED_INVOICES, months);
  return [...own, ...carried].flatMap((row) => invoiceOf(config, row) ?? []);
}

/** What lies between the effective and the billed cost of a month in one currency. */
export interface BillSteps {
  readonly currency: string;
  readonly effective: string;
  readonly billed: string;
  readonly purchases: string;
  readonly used: string;
  readonly unused: string;
  readonly tax: string;
}

export async function billStepsOf(tx: Tx, key: readonly unknown[]): Promise<BillSteps[]> {
  return await tx.query<BillSteps>(sql.BILL_STEPS, key);
}
