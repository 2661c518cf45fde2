import type { TieOutReport } from '@prorata/finops';
import type { Command } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { money, reportTable, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { withEntity } from './open.ts';

/** `prorata entity report tie-out`: from the facts over bills and invoices to the accounts of the ledger. */
export function entityTieOutCommand(report: Command, shell: Shell): void {
  addCommand(report, shell, {
    name: 'tie-out <month>',
    summary:
      'facts, bills, invoices and books of a month, each difference with its cause (tie-out.yaml says where to look)',
    examples: ['entity report tie-out 2025-07 --dir E', 'entity report tie-out 2025-07 --dir E --lang fr --json'],
    dir: "the entity's folder",
    async run({ argument, dir, terminal }) {
      const month = readMonth(argument);
      const tied = await withEntity(dir, (node, api) => api.tieOut(node, month, terminal.language));
      return { document: tied, text: tieOutText(tied, terminal.language) };
    },
  });
}

function tieOutText(tied: TieOutReport, language: Language): string {
  // Steps that move nothing stand in the JSON only.
  const shown = tied.rows.filter(({ kind, amount }) => kind === 'TOTAL' || amount !== '0');
  const rows = shown.map(({ kind, label, amount, currency }) => ({
    label: kind === 'TOTAL' ? `= ${label}` : `    ${label}`,
    amount,
    currency,
  }));
  const lines = reportTable(
    rows,
    [text('label', 'Line', 'Ligne'), money('amount', 'Amount', 'Montant'), text('currency', 'Currency', 'Devise')],
    language,
  );
  return [
    lines,
    '',
    differencesText(tied, language),
    ...tied.notices.map(({ code, detail }) => `! ${code}: ${detail}`),
  ].join('\n');
}

function differencesText(tied: TieOutReport, language: Language): string {
  const booked = tied.invoices.filter(({ state }) => state === 'MATCHED').length;
  const words = {
    en: `${booked} of ${tied.invoices.length} invoices of the month stand in the books as billed.`,
    fr: `${booked} des ${tied.invoices.length} factures du mois figurent dans les livres telles que facturées.`,
  };
  if (tied.differences.length === 0) return words[language];
  const rows = tied.differences.map((one) => ({
    ...one,
    invoice: one.invoices.map(({ id, billing_account, month }) => id ?? `${billing_account} ${month}`).join(', '),
    entry: one.entries.map(({ journal, number, date }) => `${journal} ${number} (${date})`).join(', '),
    sure: one.ambiguous ? '?' : '',
  }));
  const fields = [
    text('label', 'Cause'),
    text('sure', ''),
    text('invoice', 'Invoice', 'Facture'),
    text('entry', 'Entry', 'Écriture'),
    money('bill_amount', 'Billed', 'Facturé', { currencyField: 'bill_currency' }),
    text('bill_currency', ''),
    money('ledger_amount', 'Booked', 'Comptabilisé'),
    money('difference', 'Difference', 'Écart'),
    text('currency', 'Currency', 'Devise'),
    text('found', 'On account', 'Au compte'),
  ];
  return [reportTable(rows, fields, language), '', words[language]].join('\n');
}
