import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ENTITY_CODE, isUuid } from '@prorata/platform';
import { cliProblem } from '../problems.ts';

export { parseMonth as readMonth } from '@prorata/platform';

/** @throws Problem `REVISION_INVALID` */
export function readRevision(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw cliProblem('REVISION_INVALID', `${JSON.stringify(text)} is not a revision`, { value: text });
  }
  return Number(text);
}

/** Rows that one page holds at most. */
export const MOST_ROWS = 100_000;

/** How many rows to show, from 1. @throws Problem `OPTION_INVALID` */
export function readLimit(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text) && Number(text) <= MOST_ROWS) return Number(text);
  const rule = `a limit is a whole number from 1 to ${MOST_ROWS}`;
  throw cliProblem('OPTION_INVALID', `${JSON.stringify(text)} is no limit: ${rule}`, { value: text });
}

/** @throws Problem `PORT_INVALID` */
export function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw cliProblem('PORT_INVALID', `${JSON.stringify(text)} is not a port`, { value: text });
  }
  return Number(text);
}

/** @returns the absolute path of a file that is there. @throws Problem `FILE_NOT_FOUND` */
export function readPath(text: string): string {
  const path = resolve(text);
  if (!existsSync(path)) throw cliProblem('FILE_NOT_FOUND', `${text} does not exist`, { file: text });
  if (!statSync(path).isFile()) throw cliProblem('FILE_NOT_FOUND', `${text} is not a file`, { file: text });
  return path;
}

/** A code of a tenant or an entity. @throws Problem `OPTION_INVALID` */
export function readCode(text: string): string {
  if (ENTITY_CODE.test(text)) return text;
  const rule = 'a code has capitals, digits, - and _, at most 32, such as FR01';
  throw cliProblem('OPTION_INVALID', `${JSON.stringify(text)} is not a code: ${rule}`, { value: text });
}

/** @throws Problem `OPTION_INVALID` */
export function readCurrency(text: string): string {
  if (/^[A-Z]{3}$/.test(text)) return text;
  throw cliProblem('OPTION_INVALID', `${JSON.stringify(text)} is not a currency; ISO 4217 codes look like EUR`, {
    value: text,
  });
}

/** An id as answers give it. @throws Problem `OPTION_INVALID` */
export function readId(text: string): string {
  if (isUuid(text)) return text;
  throw cliProblem('OPTION_INVALID', `${JSON.stringify(text)} is not an id (a UUID in lower case)`, { value: text });
}
