import { finopsProblem } from '../problems.ts';

/** A Pricing View by its code, and its version where one is meant. */
export interface ViewName {
  readonly code: string;
  readonly version: number | undefined;
}

/** A version of a Pricing View. */
export interface ViewKey {
  readonly code: string;
  readonly version: number;
}

const CODE = /^[A-Z0-9][A-Z0-9_-]{0,31}$/;
const VERSION = /^[1-9]\d{0,8}$/;

/** Reads `STANDARD` or `STANDARD@2`. @throws Problem `VIEW_INVALID` */
export function readViewName(text: string): ViewName {
  const [code = '', version, ...more] = text.split('@');
  if (!CODE.test(code) || more.length > 0 || (version !== undefined && !VERSION.test(version))) {
    const rule = 'write its code, or code and version: STANDARD or STANDARD@2';
    throw finopsProblem('VIEW_INVALID', `${JSON.stringify(text.slice(0, 80))} names no Pricing View; ${rule}`);
  }
  return { code, version: version === undefined ? undefined : Number(version) };
}

/** `STANDARD@2`. */
export function viewLabel({ code, version }: ViewKey): string {
  return `${code}@${version}`;
}
