import { describe, expect, it } from 'vitest';
import { PLANTED_CONFIG } from '../testing/planted.ts';
import { unitsOf } from './amounts.ts';
import { type Invoice, invoiceOf } from './bills.ts';
import type { BookEntry } from './books.ts';
import { parseTieOut, type TieOutConfig } from './config.ts';
import { judge } from './judgement.ts';
import { matchInvoices } from './matching.ts';
import { mentionsIn, nameOf } from './mentions.ts';

const { config } = parseTieOut(PLANTED_CONFIG);

function invoice(id: string | null, billed: string, more: Partial<Record<string, string>> = {}): Invoice {
  const row = { month: '2025-07', adjusts: null, provider: 'AWS', billing_account: 'ACC-1', currency: 'EUR', ...more };
  const parts = { tax: '0', purchases: '0', prepaid: '0', credits: '0', adjustments: '0' };
  const made = invoiceOf(config, { ...row, ...parts, invoice_id: id, billed });
  if (made === undefined) throw new Error('no invoice');
  return made;
}

function entry(number: string, gross: string, more: Partial<BookEntry> = {}): BookEntry {
  const amount = unitsOf(gross);
  return {
    id: number,
    journal: 'HA',
    number,
    date: '2025-07-31',
    month: '2025-07',
    status: 'POSTED',
    reverses: null,
    documentRef: number,
    label: null,
    lines: [
      { account: '613500', amount },
      { account: '401000', amount: -amount },
    ],
    gross: amount,
    foreign: null,
    accrued: 0n,
    invoices: [],
    billingAccounts: [],
    rules: ['aws'],
    suppliers: ['aws'],
    ...more,
  };
}

const pairs = (invoices: readonly Invoice[], entries: readonly BookEntry[], from: TieOutConfig = config) =>
  matchInvoices(from, 'EUR', invoices, entries)
    .filter((match) => match.invoices.length > 0)
    .map((match) => [
      match.invoices[0]?.id,
      match.entries.map((one) => one.number).join('+'),
      match.by,
      match.ambiguous,
    ]);

describe('matching', () => {
  it('takes the nearest month, and says where two entries fit as well', () => {
    const july = invoice('I-7', '100');
    const august = invoice('I-8', '100', { month: '2025-08' });
    const late = entry('b', '120', { date: '2025-08-15', month: '2025-08' });
    expect(pairs([july, august], [late, entry('a', '120')])).toEqual([
      ['I-7', 'a', 'AMOUNT', false],
      ['I-8', 'b', 'AMOUNT', false],
    ]);
    expect(pairs([july], [entry('x', '120'), entry('y', '120')])).toEqual([['I-7', 'x', 'AMOUNT', true]]);
    expect(pairs([july], [entry('x', '120', { rules: ['oracle'] })])).toEqual([['I-7', '', null, false]]);
  });

  it('believes a name before an amount, and the same for any order of its input', () => {
    const [one, other] = [invoice('I-1', '100'), invoice('I-2', '50')];
    const named = entry('n', '120', { invoices: [other.key] });
    const entries = [entry('m', '60'), named, entry('o', '120')];
    const expected = [
      ['I-1', 'o', 'AMOUNT', false],
      ['I-2', 'n', 'INVOICE_ID', false],
    ];
    expect(pairs([one, other], entries)).toEqual(expected);
    expect(pairs([other, one], entries.toReversed())).toEqual(expected);
  });

  it('does not convert what nothing says a rate of', () => {
    const unrated = { ...config, rates: {} };
    const dollars = invoice('O-1', '100', { provider: 'Oracle', currency: 'USD' });
    const [match] = matchInvoices(unrated, 'EUR', [dollars], []);
    if (match === undefined) throw new Error('no match');
    const { differences } = judge(unrated, 'EUR', '2025-07', match);
    expect(differences).toMatchObject([
      { cause: 'MISSING_IN_BOOKS', amount: -unitsOf('100'), currency: 'USD', effect: 0n },
    ]);
  });

  it('finds names as whole words only', () => {
    const known = new Map([[nameOf('INV-2025/07 12'), 'found']]);
    expect(mentionsIn('AWS inv 2025-07/12, Paris', known)).toEqual(['found']);
    for (const text of ['INV-2025/07-123', 'XINV20250712', 'INV-2025', '']) expect(mentionsIn(text, known)).toEqual([]);
  });
});

describe('tie-out.yaml', () => {
  it.each([
    ['rules: []', 'rules: [', 'rules:'],
    ['an unquoted amount', 'rounding: 0.05', 'rounding: "0.05"'],
    ['a rule that is never reached', '  - code: first\n    cost_accounts: ["6"]\n', ''],
    ['an account that is two things', 'prepaid_accounts: ["6135"]', 'prepaid_accounts: ["486"]'],
    ['a cost account that settles', 'cost_accounts: ["512"]', 'cost_accounts: ["651"]'],
    ['a code used twice', 'code: aws', 'code: oracle'],
  ])('is refused for %s', (_name, bad, good) => {
    const text = good === '' ? PLANTED_CONFIG.replace('rules:\n', `rules:\n${bad}`) : PLANTED_CONFIG.replace(good, bad);
    expect(() => parseTieOut(text)).toThrow(expect.objectContaining({ code: 'TIE_OUT_INVALID' }));
  });
});
