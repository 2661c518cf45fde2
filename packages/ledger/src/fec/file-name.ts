import { readDay } from '../entry/dates.ts';

/** What a file name says: `sirenFECAAAAMMJJ`, with the closing day of the financial year (article A47 A-1 LPF, IX). */
export interface FecFileName {
  readonly siren: string | null;
  readonly closing_date: string | null;
  /** What differs from the rule; a name is reported and never a reason to refuse. */
  readonly remarks: readonly string[];
}

export function readFileName(name: string): FecFileName {
  const match = /^(\d{9})\s*FEC\s*(\d{8})(?![\d])/i.exec(name);
  if (match === null) return { siren: null, closing_date: null, remarks: [`the name ${name} is not sirenFECAAAAMMJJ`] };
  const [, siren = '', day = ''] = match;
  const closing = readDay(day);
  const remarks: string[] = [];
  if (!isSiren(siren)) remarks.push(`the SIREN ${siren} of the name has a wrong check digit`);
  if (closing === undefined) remarks.push(`the closing date ${day} of the name is no day of the calendar`);
  return { siren, closing_date: closing ?? null, remarks };
}

/** Nine digits whose last one is the Luhn check digit (INSEE). */
function isSiren(siren: string): boolean {
  let sum = 0;
  for (const [index, digit] of [...siren].entries()) {
    const doubled = index % 2 === 1 ? Number(digit) * 2 : Number(digit);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
