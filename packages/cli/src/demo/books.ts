import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Charge, chargesOf } from './charges.ts';
import type { SampleEntity } from './sample-group.ts';

/** The company whose general ledger comes with the sample: a French one, because a FEC is a French file. */
export const LEDGER_ENTITY = 'FR01';
/** SIREN of an invented company, and the end of the year. */
const FILE = '904512387FEC20251231.txt';
/** Costs are kept in 10⁻¹⁰; books in cents. */
const CENT = 10n ** 8n;

const HEADER = [
  ...['JournalCode', 'JournalLib', 'EcritureNum', 'EcritureDate', 'CompteNum', 'CompteLib', 'CompAuxNum', 'CompAuxLib'],
  ...[
    'PieceRef',
    'PieceDate',
    'EcritureLib',
    'Debit',
    'Credit',
    'EcritureLet',
    'DateLet',
    'ValidDate',
    'Montantdevise',
  ],
  'Idevise',
];

interface Invoice {
  readonly provider: string;
  readonly reference: string;
  /** Cents. */
  readonly net: bigint;
  readonly tax: bigint;
}

/**
 * Writes the purchase journal of an entity: each invoice of its bills booked at the end of its month, but for what people
 * get wrong: the invoice of the last month is not there yet, one of May is 120.00 short, one of August came in September.
 *
 * @returns the path of the FEC
 */
export async function writeBooks(
  folder: string,
  entity: SampleEntity,
  options: { readonly months: readonly string[]; readonly rows: number; readonly seed: string },
): Promise<string> {
  const lines: string[][] = [];
  let number = 0;
  for (const month of options.months) {
    const invoices = invoicesOf(entity, month, chargesOf({ entity, month, rows: options.rows, seed: options.seed }));
    for (const [index, invoice] of invoices.entries()) {
      if (month === '2025-12' && index === 1) continue;
      number += 1;
      const late = month === '2025-08' && index === 1 ? '2025-09' : month;
      const booked = month === '2025-05' && index === 0 ? { ...invoice, net: invoice.net - 12_000n } : invoice;
      lines.push(...entryOf(booked, number, late));
    }
  }
  const path = join(folder, FILE);
  await writeFile(path, `${[HEADER, ...lines].map((line) => line.join('\t')).join('\r\n')}\r\n`);
  return path;
}

function invoicesOf(entity: SampleEntity, month: string, charges: readonly Charge[]): Invoice[] {
  const providers = [...new Set(charges.map((charge) => charge.provider))].sort();
  return providers.map((provider) => {
    const own = charges.filter((charge) => charge.provider === provider);
    const sum = (rows: readonly Charge[]) => rows.reduce((total, charge) => total + charge.billed, 0n) / CENT;
    const short = (provider.split(' ')[0] ?? provider).toUpperCase();
    return {
      provider,
      reference: `INV-${entity.code}-${short}-001-${month.replace('-', '')}`,
      net: sum(own.filter((charge) => charge.category !== 'Tax')),
      tax: sum(own.filter((charge) => charge.category === 'Tax')),
    };
  });
}

function entryOf({ provider, reference, net, tax }: Invoice, number: number, month: string): string[][] {
  const date = `${month.replace('-', '')}28`;
  const line = (
    account: string,
    label: string,
    auxiliary: readonly [string, string],
    debit: bigint,
    credit: bigint,
  ) => [
    ...[
      'ACH',
      'Achats',
      String(number),
      date,
      account,
      label,
      ...auxiliary,
      reference,
      date,
      `${provider} ${reference}`,
    ],
    ...[money(debit), money(credit), '', '', date, '', ''],
  ];
  const code = `401${(provider.split(' ')[0] ?? provider).toUpperCase()}`;
  return [
    line('611000', 'Sous-traitance informatique', ['', ''], net, 0n),
    line('445660', 'TVA déductible', ['', ''], tax, 0n),
    line('401000', 'Fournisseurs', [code, provider], 0n, net + tax),
  ];
}

/** Cents as a FEC writes them: a decimal comma. */
function money(cents: bigint): string {
  const digits = String(cents).padStart(3, '0');
  return `${digits.slice(0, -2)},${digits.slice(-2)}`;
}
