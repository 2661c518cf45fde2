import { UNALLOCATED } from '../mapping/apply.ts';
import { fold, tidy } from '../mapping/fold.ts';
import { TAX } from '../mapping/products.ts';

/** In the order in which they refer to each other. */
export const REFERENCE_KINDS = ['domain', 'family', 'product', 'application'] as const;

export type ReferenceKind = (typeof REFERENCE_KINDS)[number];

export const REFERENCE_TABLES: Readonly<Record<ReferenceKind, { readonly table: string; readonly code: string }>> = {
  domain: { table: 'dim_domain', code: 'domain_id' },
  family: { table: 'dim_family', code: 'family_id' },
  product: { table: 'dim_product', code: 'product_id' },
  application: { table: 'dim_application', code: 'application_id' },
};

/** A reference as it is kept and shown. Months are YYYY-MM, both included; null is no bound. */
export interface Reference {
  readonly kind: ReferenceKind;
  readonly code: string;
  readonly label: string;
  readonly domain: string | null;
  readonly family: string | null;
  readonly unit: string | null;
  readonly valid_from: string | null;
  readonly valid_to: string | null;
  /** Code in the reference of the group that it stands for; null where its own code is meant. */
  readonly group_code: string | null;
  /** `FOUND` by a run in a bill, or `IMPORTED`. */
  readonly origin: 'FOUND' | 'IMPORTED';
  readonly version: number;
}

/** The code as it is kept: names of applications are compared folded, so that is what their codes are. */
export function referenceCode(kind: ReferenceKind, text: string): string {
  if (kind === 'application' && tidy(text) !== UNALLOCATED) return fold(text);
  return tidy(text);
}

/** Codes that belong to the program: nobody imports, deactivates or maps them. */
export function isReserved(kind: ReferenceKind, code: string): boolean {
  if (kind === 'application') return code === UNALLOCATED || code === fold(UNALLOCATED);
  return kind === 'product' && (code === TAX || code.startsWith('SHARED:'));
}

/** Whether a reference holds in a month. @param month YYYY-MM */
export function holdsIn(reference: Pick<Reference, 'valid_from' | 'valid_to'>, month: string): boolean {
  const { valid_from, valid_to } = reference;
  return (valid_from === null || valid_from <= month) && (valid_to === null || month <= valid_to);
}
