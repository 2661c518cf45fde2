/**
 * Why bills and books differ. `INVOICES`: the difference changes what the books come to; `ACCOUNTS`: it moves money between
 * accounts; `NONE`: it is worth knowing and moves nothing between the lines of the report.
 */
export const CAUSES = {
  MISSING_IN_BOOKS: ['INVOICES', 'Missing in the books', 'Absent des livres'],
  CREDIT_NOTE_MISSING: ['INVOICES', 'Credit not booked', 'Avoir non comptabilisé'],
  MISSING_IN_BILLS: ['INVOICES', 'Missing in the bills', 'Absent des factures'],
  NOT_POSTED: ['INVOICES', 'Draft, not posted', 'Brouillard, non validé'],
  BOOKING_REVERSED: ['INVOICES', 'Booked and reversed', 'Comptabilisé puis contre-passé'],
  SIGN_REVERSED: ['INVOICES', 'Debit and credit exchanged', 'Débit et crédit inversés'],
  DOUBLED: ['INVOICES', 'Booked twice', 'Comptabilisé deux fois'],
  PARTLY_BOOKED: ['INVOICES', 'Booked in part', 'Comptabilisé en partie'],
  OTHER_AMOUNT: ['INVOICES', 'Other amount', 'Autre montant'],
  TAX_NOT_BOOKED: ['INVOICES', 'Tax not booked', 'Taxe non comptabilisée'],
  TAX_OTHER_AMOUNT: ['INVOICES', 'Tax of another amount', 'Taxe d’un autre montant'],
  OTHER_CURRENCY: ['INVOICES', 'Other currency', 'Autre devise'],
  ROUNDING: ['INVOICES', 'Rounding', 'Arrondi'],
  OTHER_MONTH: ['INVOICES', 'Other month', 'Autre mois'],
  EXCHANGE: ['INVOICES', 'Exchange', 'Change'],
  OTHER_ACCOUNT: ['ACCOUNTS', 'Other account', 'Autre compte'],
  ACCRUED: ['ACCOUNTS', 'Accrual', 'Facture non parvenue'],
  RECLASSIFIED: ['ACCOUNTS', 'Moved between accounts', 'Reclassement'],
  TAX_MISPLACED: ['NONE', 'Tax on other accounts', 'Taxe sur d’autres comptes'],
  PREPAYMENT_EXPENSED: ['NONE', 'Advance booked as expense', 'Avance passée en charge'],
  EXPENSE_DEFERRED: ['NONE', 'Expense booked as advance', 'Charge passée en avance'],
  OTHER_SUPPLIER: ['NONE', 'Other supplier', 'Autre fournisseur'],
} as const;

export type Cause = keyof typeof CAUSES;

export const CAUSE_CODES = Object.keys(CAUSES) as readonly Cause[];

/** Which lines of the report a cause moves. */
export function effectOf(cause: Cause): 'INVOICES' | 'ACCOUNTS' | 'NONE' {
  return CAUSES[cause][0];
}
