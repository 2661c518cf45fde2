import { createHash } from 'node:crypto';
import { canonicalJson } from '@prorata/platform';
import type { Draft, DraftLine } from './draft.ts';

/** Digest of what a version says: the order of its lines and zeros at the end of a price change nothing. */
export function contentDigest({ currency, validFrom, validTo }: Draft, lines: readonly DraftLine[]): string {
  const prices = lines
    .map(({ product, unit, unit_price }) => [product, unit, shortest(unit_price)])
    .sort(([one = ''], [other = '']) => (one < other ? -1 : one > other ? 1 : 0));
  const said = canonicalJson({ currency, valid_from: validFrom, valid_to: validTo, prices });
  return createHash('sha256').update(said).digest('hex');
}

function shortest(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}
