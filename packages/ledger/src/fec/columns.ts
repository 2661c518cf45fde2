/**
 * Fields of a FEC (article A47 A-1 LPF, VII): 1 to 18 for commercial books, 19 to 22 for books kept on a cash basis
 * (BA: 21, BNC: 22). `Montant` and `Sens` may stand in place of `Debit` and `Credit`.
 */
export const FEC_COLUMNS = [
  'JournalCode',
  'JournalLib',
  'EcritureNum',
  'EcritureDate',
  'CompteNum',
  'CompteLib',
  'CompAuxNum',
  'CompAuxLib',
  'PieceRef',
  'PieceDate',
  'EcritureLib',
  'Debit',
  'Credit',
  'EcritureLet',
  'DateLet',
  'ValidDate',
  'Montantdevise',
  'Idevise',
  'DateRglt',
  'ModeRglt',
  'NatOp',
  'IdClient',
] as const;

export type FecColumn = (typeof FEC_COLUMNS)[number] | 'Montant' | 'Sens';

/** Without these a line belongs to no entry; a missing `EcritureNum` has its rule (`entries.ts`). */
export const NEEDED: readonly FecColumn[] = ['JournalCode', 'EcritureDate', 'CompteNum'];

/** Columns that a line may leave out at its end: exporters that trim lose these, and nothing else follows from them. */
export const TRIMMABLE: ReadonlySet<FecColumn> = new Set([
  'Montantdevise',
  'Idevise',
  'DateRglt',
  'ModeRglt',
  'NatOp',
  'IdClient',
]);

/** Misspellings that products in use are known to write. */
const ALSO: Readonly<Record<string, FecColumn>> = {
  ecrturelet: 'EcritureLet',
  codedevise: 'Idevise',
  iddevise: 'Idevise',
};

const BY_NAME = new Map<string, FecColumn>([
  ...[...FEC_COLUMNS, 'Montant' as const, 'Sens' as const].map((name) => [name.toLowerCase(), name] as const),
  ...Object.entries(ALSO),
]);

/** The column that a header means, whatever its case, accents, blanks, dashes and underscores. */
export function columnOf(header: string): FecColumn | undefined {
  const plain = header
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[\s\u00a0_.-]/g, '')
    .toLowerCase();
  return BY_NAME.get(plain);
}
