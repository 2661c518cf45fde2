import type { Cause } from '../tieout/causes.ts';
import type { FecTestEntry, FecTestLine } from './fec-text.ts';
import type { FocusRow } from './focus-csv.ts';

/** One way in which bills and books of July 2025 differ, or do not: what is billed, what is booked, what has to be told. */
export interface Planted {
  readonly name: string;
  readonly bills: readonly FocusRow[];
  readonly entries: readonly FecTestEntry[];
  readonly told: readonly (readonly [cause: Cause, difference: string, currency?: string])[];
}

/** Two suppliers in euro and dollars: AWS adds 20 % of tax, Oracle none and bills in dollars. */
export const PLANTED_CONFIG = `
schema: prorata.tie-out/1
settlement_accounts: ["40", "5"]
accrual_accounts: ["408"]
look: { before: 1, after: 2 }
rounding: "0.05"
rates: { "2025-07": { USD: "0.9" } }
rules:
  - code: aws
    match: { provider: [AWS] }
    cost_accounts: ["6135"]
    prepaid_accounts: ["486"]
    tax_accounts: ["4456", "4458"]
    suppliers: ["401AWS"]
    tax: "0.20"
  - code: oracle
    match: { provider: [Oracle] }
    cost_accounts: ["651"]
    suppliers: ["401ORA"]
`;

const charge = (id: string, cost: string, more: FocusRow = {}): FocusRow => ({
  InvoiceId: id,
  BilledCost: cost,
  EffectiveCost: cost,
  ...more,
});
const oracle = (id: string, cost: string): FocusRow =>
  charge(id, cost, { ProviderName: 'Oracle', BillingAccountId: 'ORA-77', BillingCurrency: 'USD' });

const line = (account: string, amount: string, more: Partial<FecTestLine> = {}): FecTestLine => ({
  account,
  amount,
  ...more,
});
const supplier = (amount: string, auxiliary = '401AWS01'): FecTestLine => line('401000', amount, { auxiliary });

let numbers = 0;
const entry = (ref: string, lines: readonly FecTestLine[], more: Partial<FecTestEntry> = {}): FecTestEntry => {
  numbers += 1;
  return { number: String(numbers), date: '2025-07-31', ref, lines, ...more };
};
/** An invoice of AWS as it should be booked. */
const booked = (ref: string, net: string, tax: string, gross: string, more: Partial<FecTestEntry> = {}): FecTestEntry =>
  entry(ref, [line('613500', net), line('445660', tax), supplier(`-${gross}`)], more);

const dollars = (ref: string, euro: string, dollar: string): FecTestEntry =>
  entry(ref, [
    line('651000', euro, { foreign: [dollar, 'USD'] }),
    line('401000', `-${euro}`, { auxiliary: '401ORA', foreign: [dollar, 'USD'] }),
  ]);

/** What differs in nothing: however the books write it. */
export const IN_ORDER: readonly Planted[] = [
  {
    name: 'booked by its id, and paid',
    bills: [charge('AWS-1000', '1000')],
    entries: [
      booked('AWS-1000', '1000.00', '200.00', '1200.00'),
      entry('AWS-1000', [supplier('1200.00'), line('627000', '2.00'), line('512000', '-1202.00')], { journal: 'BQ' }),
    ],
    told: [],
  },
  {
    name: 'cents below the cent, id in the label with other separators',
    bills: [charge('EUINFR25-00104', '33.3333333333')],
    entries: [booked('F 8812', '33.33', '6.67', '40.00', { label: 'AWS facture euinfr25/00104' })],
    told: [],
  },
  {
    name: 'booked in two parts that make up the whole',
    bills: [charge('AWS-1001', '500')],
    entries: [booked('AWS-1001', '300.00', '60.00', '360.00'), booked('AWS-1001', '200.00', '40.00', '240.00')],
    told: [],
  },
  {
    name: 'two invoices in one entry',
    bills: [charge('AWS-1002', '70'), charge('AWS-1003', '80')],
    entries: [booked('AWS-1002', '150.00', '30.00', '180.00', { label: 'AWS-1002 + AWS-1003' })],
    told: [],
  },
  {
    name: 'no id in the bill: the account and the month are the invoice, found by amount',
    bills: [charge('', '612.5', { BillingAccountId: 'ACC-2' })],
    entries: [booked('2025-0456', '612.50', '122.50', '735.00')],
    told: [],
  },
  {
    name: 'dollars, at the rate of the books',
    bills: [oracle('ORA-5000', '5000')],
    entries: [dollars('ORA-5000', '4500.00', '5000.00')],
    told: [],
  },
  {
    name: 'a commitment bought, on the account of advances',
    bills: [charge('AWS-1004', '3000', { ChargeCategory: 'Purchase', EffectiveCost: '0' }), charge('AWS-1004', '10')],
    entries: [
      entry('AWS-1004', [
        line('486000', '3000.00'),
        line('613500', '10.00'),
        line('445660', '602.00'),
        supplier('-3612.00'),
      ]),
      // What July draws of an earlier one.
      entry('OD', [line('613500', '250.00'), line('486000', '-250.00')], { journal: 'OD' }),
    ],
    told: [],
  },
  {
    name: 'another supplier on the same accounts',
    bills: [],
    entries: [entry('LOYER-7', [line('613520', '800.00'), line('445660', '160.00'), supplier('-960.00', '401LOC')])],
    told: [],
  },
];

/** One discrepancy each, every one with amounts of its own. */
export const DISCREPANCIES: readonly Planted[] = [
  {
    name: 'missing in the books',
    bills: [charge('AWS-2001', '111')],
    entries: [],
    told: [['MISSING_IN_BOOKS', '-133.2']],
  },
  {
    name: 'missing in the bills',
    bills: [],
    entries: [booked('AWS-9999', '112.00', '22.40', '134.40')],
    told: [['MISSING_IN_BILLS', '134.4']],
  },
  {
    name: 'other amount',
    bills: [charge('AWS-2003', '113')],
    entries: [booked('AWS-2003', '131.00', '26.20', '157.20')],
    told: [['OTHER_AMOUNT', '21.6']],
  },
  {
    name: 'booked the month after',
    bills: [charge('AWS-2004', '114')],
    entries: [booked('AWS-2004', '114.00', '22.80', '136.80', { date: '2025-08-05' })],
    told: [['OTHER_MONTH', '-136.8']],
  },
  {
    name: "June's, booked in July",
    bills: [charge('AWS-2005', '115', { BillingPeriodStart: '2025-06-01', ChargePeriodStart: '2025-06-02' })],
    entries: [booked('AWS-2005', '115.00', '23.00', '138.00', { date: '2025-07-03' })],
    told: [['OTHER_MONTH', '138']],
  },
  {
    name: 'booked twice',
    bills: [charge('AWS-2006', '116')],
    entries: [booked('AWS-2006', '116.00', '23.20', '139.20'), booked('AWS-2006', '116.00', '23.20', '139.20')],
    told: [['DOUBLED', '139.2']],
  },
  {
    name: 'booked twice without naming the invoice',
    bills: [charge('AWS-2106', '216')],
    entries: [booked('P-88', '216.00', '43.20', '259.20'), booked('P-88', '216.00', '43.20', '259.20')],
    told: [['DOUBLED', '259.2']],
  },
  {
    name: 'debit and credit exchanged',
    bills: [charge('AWS-2007', '117')],
    entries: [entry('AWS-2007', [line('613500', '-117.00'), line('445660', '-23.40'), supplier('140.40')])],
    told: [['SIGN_REVERSED', '-280.8']],
  },
  {
    name: 'two instalments that leave a rest',
    bills: [charge('AWS-2008', '118')],
    entries: [booked('AWS-2008', '50.00', '10.00', '60.00'), booked('AWS-2008', '40.00', '8.00', '48.00')],
    told: [['PARTLY_BOOKED', '-33.6']],
  },
  {
    name: 'a credit note that the books lack',
    bills: [charge('AWS-CN-2009', '-119', { ChargeCategory: 'Credit' })],
    entries: [],
    told: [['CREDIT_NOTE_MISSING', '142.8']],
  },
  {
    name: 'a credit inside an invoice, not booked',
    bills: [charge('ORA-2109', '500', oracle('ORA-2109', '500')), oracle('ORA-2109', '-40')].map((row, index) =>
      index === 0 ? row : { ...row, ChargeCategory: 'Credit' },
    ),
    entries: [dollars('ORA-2109', '450.00', '500.00')],
    told: [['CREDIT_NOTE_MISSING', '36']],
  },
  {
    name: 'a draft',
    bills: [charge('AWS-2010', '120')],
    entries: [booked('AWS-2010', '120.00', '24.00', '144.00', { draft: true })],
    told: [['NOT_POSTED', '-144']],
  },
  {
    name: 'booked and taken back',
    bills: [charge('AWS-2011', '121')],
    entries: [
      booked('AWS-2011', '121.00', '24.20', '145.20'),
      entry('AWS-2011', [line('613500', '-121.00'), line('445660', '-24.20'), supplier('145.20')]),
    ],
    told: [['BOOKING_REVERSED', '-145.2']],
  },
  {
    name: 'tax not booked',
    bills: [charge('AWS-2012', '122')],
    entries: [entry('AWS-2012', [line('613500', '122.00'), supplier('-122.00')])],
    told: [['TAX_NOT_BOOKED', '-24.4']],
  },
  {
    name: 'tax of another rate',
    bills: [charge('AWS-2112', '222')],
    entries: [booked('AWS-2112', '222.00', '22.20', '244.20')],
    told: [['TAX_OTHER_AMOUNT', '-22.2']],
  },
  {
    name: 'tax booked as cost',
    bills: [charge('AWS-2013', '123')],
    entries: [entry('AWS-2013', [line('613500', '147.60'), supplier('-147.60')])],
    told: [['TAX_MISPLACED', '-24.6']],
  },
  {
    name: 'a cent too much',
    bills: [charge('AWS-2014', '124')],
    entries: [booked('AWS-2014', '124.01', '24.80', '148.81')],
    told: [['ROUNDING', '0.01']],
  },
  {
    name: 'on another account',
    bills: [charge('AWS-2015', '125')],
    entries: [entry('AWS-2015', [line('606400', '125.00'), line('445660', '25.00'), supplier('-150.00')])],
    told: [['OTHER_ACCOUNT', '-125']],
  },
  {
    name: 'at another supplier',
    bills: [charge('AWS-2016', '126')],
    entries: [entry('AWS-2016', [line('613500', '126.00'), line('445660', '25.20'), supplier('-151.20', '401OVH')])],
    told: [['OTHER_SUPPLIER', '151.2']],
  },
  {
    name: 'an advance booked as expense',
    bills: [charge('AWS-2017', '1270', { ChargeCategory: 'Purchase', EffectiveCost: '0' })],
    entries: [booked('AWS-2017', '1270.00', '254.00', '1524.00')],
    told: [['PREPAYMENT_EXPENSED', '1270']],
  },
  {
    name: 'an expense booked as advance',
    bills: [charge('AWS-2018', '128')],
    entries: [entry('AWS-2018', [line('486000', '128.00'), line('445660', '25.60'), supplier('-153.60')])],
    told: [['EXPENSE_DEFERRED', '128']],
  },
  {
    name: 'dollars booked as euro',
    bills: [oracle('ORA-2019', '1290')],
    entries: [entry('ORA-2019', [line('651000', '1290.00'), supplier('-1290.00', '401ORA')])],
    told: [['OTHER_CURRENCY', '129']],
  },
  {
    name: 'at another rate',
    bills: [oracle('ORA-2020', '1300')],
    entries: [dollars('ORA-2020', '1183.00', '1300.00')],
    told: [['EXCHANGE', '13']],
  },
  {
    name: 'another amount at another rate',
    bills: [oracle('ORA-2120', '1000')],
    entries: [dollars('ORA-2120', '819.00', '900.00')],
    told: [
      ['OTHER_AMOUNT', '-91'],
      ['EXCHANGE', '10'],
    ],
  },
  {
    name: 'set aside at the end of the month',
    bills: [],
    entries: [
      entry('FNP 07', [
        line('613500', '132.00'),
        line('445860', '26.40'),
        line('408100', '-158.40', { auxiliary: '401AWS' }),
      ]),
    ],
    told: [['ACCRUED', '158.4']],
  },
  {
    name: 'moved from another account',
    bills: [],
    entries: [
      entry('OD 12', [line('613500', '133.00', { auxiliary: '401AWS' }), line('606400', '-133.00')], { journal: 'OD' }),
    ],
    told: [['RECLASSIFIED', '133']],
  },
];
