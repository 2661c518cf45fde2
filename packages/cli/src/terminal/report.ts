import { addDecimals, displayDecimal, displayMoney, displayShare, type Language } from './decimals.ts';
import { FRENCH_STATES } from './state-words.ts';
import { type Column, table } from './table.ts';

/** How a field of a report's rows is shown. `money` takes its digits from the currency in the field named. */
export type FieldKind =
  | { readonly kind: 'text' | 'state' | 'count' | 'share' | 'quantity' }
  | { readonly kind: 'money'; readonly currencyField: string };

export interface ReportField {
  readonly field: string;
  /** English and French. */
  readonly title: readonly [en: string, fr: string];
  readonly shown: FieldKind;
  /** Added up below the table, one line a currency. */
  readonly total?: boolean;
}

/** Rows as a report gives them: decimal strings, counts, texts and nulls. */
export type ReportRow = Readonly<Record<string, unknown>>;

export const text = (field: string, en: string, fr = en): ReportField => ({
  field,
  title: [en, fr],
  shown: { kind: 'text' },
});

/** A state, status or outcome: a word of ours, which readers of French see in French. */
export const state = (field: string, en: string, fr = en): ReportField => ({
  field,
  title: [en, fr],
  shown: { kind: 'state' },
});

export const count = (field: string, en: string, fr = en): ReportField => ({
  field,
  title: [en, fr],
  shown: { kind: 'count' },
});

export const share = (field: string, en: string, fr = en): ReportField => ({
  field,
  title: [en, fr],
  shown: { kind: 'share' },
});

export const quantity = (field: string, en: string, fr = en): ReportField => ({
  field,
  title: [en, fr],
  shown: { kind: 'quantity' },
});

export const money = (
  field: string,
  en: string,
  fr: string,
  options: { readonly currencyField?: string; readonly total?: boolean } = {},
): ReportField => ({
  field,
  title: [en, fr],
  shown: { kind: 'money', currencyField: options.currencyField ?? 'currency' },
  ...(options.total === undefined ? {} : { total: options.total }),
});

const MOST_ROWS = 200;
const NOTHING: Readonly<Record<Language, string>> = { en: 'No rows.', fr: 'Aucune ligne.' };
const TOTAL: Readonly<Record<Language, string>> = { en: 'Total', fr: 'Total' };

/** A report as an aligned table; fields that no row has are left out, and totals are exact sums. */
export function reportTable(rows: readonly ReportRow[], fields: readonly ReportField[], language: Language): string {
  if (rows.length === 0) return NOTHING[language];
  const shown = fields.filter(({ field }) => rows.some((row) => row[field] !== undefined));
  const columns: Column[] = shown.map((field) => ({
    title: field.title[language === 'fr' ? 1 : 0],
    align: field.shown.kind === 'text' || field.shown.kind === 'state' ? 'left' : 'right',
  }));
  const lines = rows.map((row) => shown.map((field) => cell(row, field, language)));
  return table(columns, lines, { most: MOST_ROWS, footer: totals(rows, shown, language) });
}

function cell(row: ReportRow, { field, shown }: ReportField, language: Language): string {
  const value = row[field];
  if (value === null || value === undefined) return '–';
  const written = String(value);
  switch (shown.kind) {
    case 'money':
      return displayMoney(written, currencyOf(row, shown.currencyField), language);
    case 'share':
      return displayShare(written, language);
    case 'quantity':
      return displayDecimal(written, 3, language);
    case 'count':
      return displayDecimal(written, 0, language);
    case 'state':
      return (language === 'fr' ? FRENCH_STATES.get(written) : undefined) ?? written;
    case 'text':
      return written;
  }
}

function currencyOf(row: ReportRow, field: string): string | null {
  const value = row[field];
  return typeof value === 'string' ? value : null;
}

/** One line a currency: amounts of two currencies are never added. */
function totals(rows: readonly ReportRow[], fields: readonly ReportField[], language: Language): string[][] {
  const summed = fields.filter(({ total }) => total === true);
  if (summed.length === 0 || rows.length < 2) return [];
  const currencies = [...new Set(rows.map((row) => currencyOf(row, 'currency')))].sort();
  return currencies.map((currency) => {
    const own = rows.filter((row) => currencyOf(row, 'currency') === currency);
    return fields.map((field, index) => {
      if (index === 0) return `${TOTAL[language]}${currency === null || currencies.length < 2 ? '' : ` ${currency}`}`;
      if (field.field === 'currency') return currency ?? '';
      if (field.total !== true) return '';
      const values = own.map((row) => row[field.field]).filter((value): value is string => typeof value === 'string');
      // A sum of nothing is not 0: no row carries the amount.
      return displayMoney(values.length === 0 ? null : addDecimals(values), currency, language);
    });
  });
}
