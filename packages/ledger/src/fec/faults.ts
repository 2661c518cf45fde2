/** Why a line is refused: what stands in `code` of a refused line. */
export const LINE_FAULTS = {
  COLUMN_COUNT: 'the line has another number of columns than the header',
  VALUE_MISSING: 'the column must not be empty',
  DATE_INVALID: 'not a day of the calendar (AAAAMMJJ)',
  AMOUNT_UNREADABLE: 'not an amount',
  AMOUNT_TOO_FINE: 'more than 18 decimals',
  AMOUNT_TOO_LARGE: 'more than 20 digits before the decimal mark',
  BOTH_SIDES: 'debit and credit are both set',
  SIDE_UNKNOWN: 'Sens is neither D, C, +1 nor -1',
  TEXT_INVALID: 'the line holds the character U+0000',
} as const;

export type LineFaultCode = keyof typeof LINE_FAULTS;

/** Why an entry is refused as a whole: what stands in `code` of a refused entry. */
export const ENTRY_FAULTS = {
  LINE_REFUSED: 'a line of the entry was refused, so none of it is taken',
  UNBALANCED_ENTRY: 'the debits do not equal the credits',
  DATES_DIFFER: 'lines under one number bear several dates and balance only together',
  NUMBER_MISSING: 'the lines bear no EcritureNum in a file where others do',
  CONTENT_DIFFERS: 'it was posted with other content; a posted entry never changes',
  BACK_TO_DRAFT: 'it is posted already and the file shows it as a draft',
  ID_DIFFERS: 'the ledger holds this journal, number and date under another id',
} as const;

export type EntryFaultCode = keyof typeof ENTRY_FAULTS;

/** The reasons above in French, for people who read them on a screen; documents keep the English ones beside the code. */
export const FAULTS_FR: Readonly<Record<LineFaultCode | EntryFaultCode, string>> = {
  COLUMN_COUNT: "la ligne n'a pas le nombre de colonnes de l'en-tête",
  VALUE_MISSING: 'la colonne ne doit pas être vide',
  DATE_INVALID: 'pas un jour du calendrier (AAAAMMJJ)',
  AMOUNT_UNREADABLE: 'pas un montant',
  AMOUNT_TOO_FINE: 'plus de 18 décimales',
  AMOUNT_TOO_LARGE: 'plus de 20 chiffres avant la virgule',
  BOTH_SIDES: 'débit et crédit sont tous deux renseignés',
  SIDE_UNKNOWN: "Sens n'est ni D, ni C, ni +1, ni -1",
  TEXT_INVALID: 'la ligne contient le caractère U+0000',
  LINE_REFUSED: "une ligne de l'écriture est refusée, donc toute l'écriture",
  UNBALANCED_ENTRY: 'les débits ne sont pas égaux aux crédits',
  DATES_DIFFER: "les lignes d'un même numéro portent plusieurs dates et ne s'équilibrent qu'ensemble",
  NUMBER_MISSING: "les lignes n'ont pas d'EcritureNum dans un fichier où d'autres en ont",
  CONTENT_DIFFERS: 'elle est validée avec un autre contenu ; une écriture validée ne change jamais',
  BACK_TO_DRAFT: 'elle est déjà validée et le fichier la montre en brouillon',
  ID_DIFFERS: 'la comptabilité a ce journal, ce numéro et cette date sous un autre identifiant',
};

export interface RefusedLine {
  /** Counted from 1 with the header. */
  readonly line: number;
  readonly code: LineFaultCode;
  readonly column: string | null;
  /** As it stands in the file, at most 80 characters. */
  readonly value: string;
  readonly reason: string;
  /** Journal, number and date of the entry that the line belongs to, as far as they can be read. */
  readonly entry: string | null;
}

export interface RefusedEntry {
  readonly journal: string;
  readonly number: string;
  readonly date: string;
  readonly first_line: number;
  readonly lines: number;
  readonly code: EntryFaultCode;
  readonly reason: string;
  readonly debit: string;
  readonly credit: string;
}

/** A list that remembers how much it left out, so that a file of nothing but faults does not fill the memory. */
export class BoundedList<T> {
  readonly items: T[] = [];
  readonly #most: number;
  count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(item: T): void {
    this.count += 1;
    if (this.items.length < this.#most) this.items.push(item);
  }
}
