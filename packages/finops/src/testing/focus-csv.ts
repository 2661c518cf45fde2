import { createHash } from 'node:crypto';

/** One row of a bill; members left out take what stands in `PLAIN_ROW`. */
export type FocusRow = Readonly<Record<string, string>>;

export const PLAIN_ROW: FocusRow = {
  BillingPeriodStart: '2025-07-01T00:00:00Z',
  ChargePeriodStart: '2025-07-02T00:00:00Z',
  BillingCurrency: 'EUR',
  BilledCost: '1.5',
  EffectiveCost: '1.25',
  ChargeCategory: 'Usage',
  ChargeClass: '',
  ProviderName: 'AWS',
  BillingAccountId: 'ACC-1',
  SubAccountId: 'sub-1',
  SubAccountName: 'Helios prod',
  ServiceCategory: 'Compute',
  ServiceName: 'Virtual Machines',
  ConsumedQuantity: '2',
  ConsumedUnit: 'Hours',
  Tags: '{"application":"Web Shop","environment":"prod"}',
};

/** A CSV as an exporter writes it: the columns of the first row, quoted where RFC 4180 asks for it. */
export function focusCsv(rows: readonly FocusRow[], lineEnd = '\n'): string {
  const full = rows.map((row) => ({ ...PLAIN_ROW, ...row }));
  const columns = Object.keys(full[0] ?? PLAIN_ROW);
  const lines = full.map((row: FocusRow) => columns.map((column) => quoted(row[column] ?? '')).join(','));
  return [columns.join(','), ...lines, ''].join(lineEnd);
}

function quoted(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
