const SCALE = 18;
const UNIT = 10n ** BigInt(SCALE);

/** Units of 10⁻¹⁸ of a plain decimal, or undefined: at most 20 digits before and 18 behind the point. */
export function readUnits(text: string): bigint | undefined {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d{1,20})(?:\.(\d{1,18}))?$/.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const units = BigInt(whole + fraction.padEnd(SCALE, '0'));
  return sign === '-' ? -units : units;
}

/** The shortest decimal text of an amount, with two decimals at least. */
export function writeUnits(units: bigint): string {
  const size = units < 0n ? -units : units;
  const fraction = (size % UNIT)
    .toString()
    .padStart(SCALE, '0')
    .replace(/0{1,16}$/, '');
  return `${units < 0n ? '-' : ''}${size / UNIT}.${fraction}`;
}

/** `part` of `whole` in percent with two decimals, half away from zero; null where there is nothing to compare with. */
export function percentOf(part: bigint, whole: bigint): string | null {
  if (whole === 0n) return null;
  const negative = part < 0n !== whole < 0n;
  const [top, bottom] = [part < 0n ? -part : part, whole < 0n ? -whole : whole];
  const hundredths = (top * 20_000n + bottom) / (bottom * 2n);
  const sign = negative && hundredths > 0n ? '-' : '';
  return `${sign}${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')}`;
}
