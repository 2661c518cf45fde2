import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDecimal } from '../format/decimal.ts';
import { decodeNumeric } from '../testing/index.ts';
import { NUMERIC_BYTES, writeNumeric } from './binary-numeric.ts';

const MOST = 10n ** 38n - 1n;

function written(scaled: bigint | null): Buffer {
  const out = Buffer.alloc(NUMERIC_BYTES + 3, 0xee);
  const end = writeNumeric(new DataView(out.buffer, out.byteOffset, out.byteLength), 3, scaled);
  return out.subarray(3, end);
}

test('every decimal of a bundle is what its text says, with the same number of decimals', () => {
  const anyScaled = fc.oneof(
    fc.bigInt({ min: -MOST, max: MOST }),
    fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }),
    fc
      .tuple(fc.bigInt({ min: -9999n, max: 9999n }), fc.nat({ max: 34 }))
      .map(([digits, zeros]) => digits * 10n ** BigInt(zeros)),
  );
  const isItsText = (scaled: bigint) => {
    const field = written(scaled);
    expect(field.readInt32BE(0)).toBe(field.length - 4);
    expect(decodeNumeric(field.subarray(4))).toBe(formatDecimal(scaled));
  };
  for (const edge of [
    0n,
    1n,
    -1n,
    MOST,
    -MOST,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 64n,
    10n ** 18n,
    99n * 10n ** 16n,
    100n,
  ]) {
    isItsText(edge);
  }
  fc.assert(fc.property(anyScaled, isItsText), { numRuns: 2000 });
});

test('no value is a field without length', () => {
  expect([...written(null)]).toEqual([255, 255, 255, 255]);
});
