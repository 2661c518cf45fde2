import { sumOf, textOf, unitsOf } from './amounts.ts';
import type { BillSteps, Invoice } from './bills.ts';
import { CAUSE_CODES, CAUSES, type Cause, effectOf } from './causes.ts';
import type { Judged } from './judgement.ts';

export type Language = 'en' | 'fr';

/** A line of the report: a total, or a step from the total above it to the one below. */
export interface TieOutRow {
  /** `BILLS`: one chain a currency of the bills. `BOOKS`: from the invoices to the accounts, in the books' currency. */
  readonly section: 'BILLS' | 'BOOKS';
  readonly kind: 'TOTAL' | 'STEP';
  readonly code: string;
  readonly label: string;
  readonly amount: string;
  readonly currency: string;
}

const WORDS = {
  FACTS: ['Facts of the month, effective cost', 'Faits du mois, coût effectif'],
  CARRIED: ['Corrections of closed months, carried here', 'Corrections de mois clos, portées ici'],
  FACTS_BEHIND: ['Imported after the run', 'Importé après le calcul'],
  COMMITMENTS_BOUGHT: ['Commitments and prepayments bought', 'Engagements et prépaiements achetés'],
  COMMITMENTS_USED: ['Drawn from commitments', 'Consommé sur engagements'],
  COMMITMENTS_UNUSED: ['Commitments that nobody used', 'Engagements non utilisés'],
  TAX_TIMING: ['Tax of the same', 'Taxe correspondante'],
  OTHER_BILLING: ['Credits, adjustments and the rest', 'Crédits, ajustements et autres'],
  BILLED: ['Billed cost', 'Coût facturé'],
  TAX_ADDED: ['Tax that the invoices add', 'Taxe ajoutée par les factures'],
  CARRIED_INVOICES: ['Invoices of closed months, booked here', 'Factures de mois clos, portées ici'],
  COIN_ROUNDING: ['Rounding to whole coins', 'Arrondi au centime'],
  INVOICES: ['Invoices', 'Factures'],
  WITHOUT_RATE: ['Neither booked nor rated: not converted', 'Ni comptabilisé ni coté : non converti'],
  CONVERTED: ['Invoices taken to the books’ currency', 'Factures converties'],
  INVOICES_IN_BOOKS: ['Invoices in the books’ currency', 'Factures dans la devise des livres'],
  RESIDUAL: ['Not explained', 'Inexpliqué'],
  BOOKED: ['Booked for suppliers', 'Comptabilisé fournisseurs'],
  TAX: ['Tax accounts', 'Comptes de taxe'],
  CHOSEN: ['Cost accounts, by rule', 'Comptes de charge, par règle'],
  NOT_CHOSEN: ['Other entries on these accounts', 'Autres écritures sur ces comptes'],
  BALANCE: ['Balance of the accounts', 'Solde des comptes'],
} as const;

type LineCode = keyof typeof WORDS | Cause;

function wordsOf(code: LineCode, language: Language): string {
  const words: readonly string[] = code in CAUSES ? CAUSES[code as Cause].slice(1) : WORDS[code as keyof typeof WORDS];
  return words[language === 'fr' ? 1 : 0] ?? code;
}

/** Writes the lines of one chain; `total` checks nothing: what is missing to it was made a step before. */
function chain(section: TieOutRow['section'], currency: string, language: Language) {
  const rows: TieOutRow[] = [];
  let reached = 0n;
  const add = (kind: TieOutRow['kind'], code: LineCode, amount: bigint) =>
    rows.push({ section, kind, code, label: wordsOf(code, language), amount: textOf(amount), currency });
  return {
    rows,
    start(code: LineCode, amount: bigint) {
      add('TOTAL', code, amount);
      reached = amount;
    },
    step(code: LineCode, amount: bigint) {
      add('STEP', code, amount);
      reached += amount;
    },
    /** What the steps do not reach stands as a line of its own. */
    total(code: LineCode, amount: bigint) {
      add('STEP', 'RESIDUAL', amount - reached);
      add('TOTAL', code, amount);
      reached = amount;
    },
  };
}

export interface BillsOfCurrency {
  readonly currency: string;
  /** Effective cost of the facts. */
  readonly facts: bigint;
  /** Of them, corrections of earlier months. */
  readonly carried: bigint;
  /** Undefined where the month has facts in this currency and no bills. */
  readonly steps: BillSteps | undefined;
  readonly invoices: readonly Invoice[];
  /** Of the invoices, those that nothing tells the books' currency of. */
  readonly withoutRate: bigint;
}

/** Facts = effective cost → ± commitments and prepayments = billed cost → ± tax and cents = invoices. */
export function billRows(bills: BillsOfCurrency, books: string, language: Language): TieOutRow[] {
  const { currency, facts, carried, steps, invoices, withoutRate } = bills;
  const line = chain('BILLS', currency, language);
  const [effective, billed] = [unitsOf(steps?.effective ?? '0'), unitsOf(steps?.billed ?? '0')];
  const parts = (['purchases', 'used', 'unused', 'tax'] as const).map((part) => unitsOf(steps?.[part] ?? '0'));
  const [purchases = 0n, used = 0n, unused = 0n, tax = 0n] = parts;
  line.start('FACTS', facts);
  line.step('CARRIED', -carried);
  line.step('FACTS_BEHIND', effective - (facts - carried));
  line.step('COMMITMENTS_BOUGHT', purchases);
  line.step('COMMITMENTS_USED', used);
  line.step('COMMITMENTS_UNUSED', unused);
  line.step('TAX_TIMING', tax);
  line.step('OTHER_BILLING', billed - effective - sumOf(parts, (part) => part));
  line.total('BILLED', billed);
  const gross = sumOf(invoices, (one) => one.gross);
  const inTime = invoices.filter((one) => one.adjusts === null);
  line.step(
    'TAX_ADDED',
    sumOf(inTime, (one) => one.taxAdded),
  );
  line.step(
    'COIN_ROUNDING',
    sumOf(inTime, (one) => one.gross - one.billed - one.taxAdded),
  );
  line.step(
    'CARRIED_INVOICES',
    sumOf(invoices, (one) => (one.adjusts === null ? 0n : one.gross)),
  );
  line.total('INVOICES', gross);
  if (currency !== books) {
    line.step('WITHOUT_RATE', -withoutRate);
    line.total('CONVERTED', gross - withoutRate);
  }
  return line.rows;
}

export interface BookSums {
  /** Invoices of the month in the currency of the books. */
  readonly invoices: bigint;
  readonly judged: readonly Judged[];
  /** What all posted entries of the month come to on the accounts of the rules, entry by entry. */
  readonly onAccounts: bigint;
  /** The same, as the balance of the ledger says it. */
  readonly balance: bigint;
}

/** Invoices → ± what was booked otherwise = booked → ± tax, accruals, other accounts = the accounts that the rules choose. */
export function bookRows(
  { invoices, judged, onAccounts, balance }: BookSums,
  books: string,
  language: Language,
): TieOutRow[] {
  const line = chain('BOOKS', books, language);
  const differences = judged.flatMap((one) => one.differences);
  const effect = (cause: Cause) => sumOf(differences, (one) => (one.cause === cause ? one.effect : 0n));
  const causes = (of: 'INVOICES' | 'ACCOUNTS') => CAUSE_CODES.filter((cause) => effectOf(cause) === of);
  const chosen = sumOf(judged, ({ lines }) => lines.cost + lines.prepaid);
  line.start('INVOICES_IN_BOOKS', invoices);
  for (const cause of causes('INVOICES')) line.step(cause, effect(cause));
  line.total(
    'BOOKED',
    sumOf(judged, (one) => one.booked),
  );
  line.step('TAX', -sumOf(judged, ({ lines }) => lines.tax));
  for (const cause of causes('ACCOUNTS')) line.step(cause, effect(cause));
  line.total('CHOSEN', chosen);
  line.step('NOT_CHOSEN', onAccounts - chosen);
  line.total('BALANCE', balance);
  return line.rows;
}
