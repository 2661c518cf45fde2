import { decimalsOf } from '@prorata/allocation';
import { JsonNumber } from './exact-json.ts';
import { allocateProblem } from './problems.ts';

/** A value of the document together with its place in it. */
export interface Member {
  readonly value: unknown;
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
}

export function invalid(pointer: string, detail: string) {
  return allocateProblem('ALLOCATE_DOCUMENT_INVALID', `${pointer === '' ? '/' : pointer}: ${detail}`, { pointer });
}

/** The members of an object in their order. Takes parsed objects and the maps of `parseExactJson` alike. */
export function readMembers({ value, pointer }: Member): Map<string, Member> {
  const entries = value instanceof Map ? [...value] : isObject(value) ? Object.entries(value) : undefined;
  if (entries === undefined) throw invalid(pointer, `an object is expected, not ${shown(value)}.`);
  return new Map(
    entries.map(([name, member]) => [
      String(name),
      { value: member, pointer: `${pointer}/${escapeName(String(name))}` },
    ]),
  );
}

export function assertNames(members: ReadonlyMap<string, Member>, allowed: readonly string[]): void {
  for (const [name, { pointer }] of members) {
    if (!allowed.includes(name)) throw invalid(pointer, `is no member of this document; it has ${allowed.join(', ')}.`);
  }
}

export function required(members: ReadonlyMap<string, Member>, name: string): Member {
  const member = members.get(name);
  if (member === undefined) throw invalid(`/${name}`, 'is missing.');
  return member;
}

/** An optional member; `null` counts as left out. */
export function optional(members: ReadonlyMap<string, Member>, name: string): Member | undefined {
  const member = members.get(name);
  return member === undefined || member.value === null ? undefined : member;
}

export function readText<const T extends string>({ value, pointer }: Member, choices: readonly T[]): T {
  const choice = choices.find((text) => text === value);
  if (choice !== undefined) return choice;
  throw invalid(pointer, `${shown(value)} is none of ${choices.map((text) => `"${text}"`).join(', ')}.`);
}

/** A list of names, each once. */
export function readNames({ value, pointer }: Member): string[] {
  if (!Array.isArray(value)) throw invalid(pointer, `a list of names is expected, not ${shown(value)}.`);
  return value.map((name: unknown, index) => {
    if (typeof name !== 'string' || name === '') throw invalid(`${pointer}/${index}`, `${shown(name)} is no name.`);
    return name;
  });
}

export function readScale({ value, pointer }: Member): number {
  const scale = value instanceof JsonNumber ? Number(value.text) : value;
  if (typeof scale === 'number' && Number.isInteger(scale) && scale >= 0 && scale <= 18) return scale;
  throw invalid(pointer, `${shown(value)} is not an integer from 0 to 18.`);
}

/**
 * The exact text of a number that is written as a text or as a JSON number, exponents of JSON numbers written out. What
 * the text says is the caller's to judge.
 */
export function readNumberText({ value, pointer }: Member): string {
  if (typeof value === 'string') return value.trim() === value ? value : refuseNumber(value, pointer);
  const text = value instanceof JsonNumber ? value.text : typeof value === 'number' ? String(value) : undefined;
  const plain = text === undefined ? undefined : writeOut(text);
  return plain ?? refuseNumber(value, pointer);
}

function refuseNumber(value: unknown, pointer: string): never {
  throw invalid(pointer, `${shown(value)} is no number.`);
}

const SCIENTIFIC = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/** `1.5e-7` as `0.00000015`: JSON and JavaScript write numbers so. */
function writeOut(text: string): string | undefined {
  const match = SCIENTIFIC.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '0', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent);
  if (shift === 0) return text.split(/[eE]/)[0];
  const digits = `${'0'.repeat(Math.max(0, -shift))}${whole}${fraction}${'0'.repeat(Math.max(0, shift - fraction.length))}`;
  const point = Math.max(0, -shift) + whole.length + shift;
  const plain = `${digits.slice(0, point)}.${digits.slice(point)}`.replace(/^0+(?=\d)/, '').replace(/\.$/, '');
  return `${sign}${plain}`;
}

/** The scale of a document that names none: that of its finest amount, and at least that of cents. */
export function finestScale(amounts: readonly string[]): number {
  return Math.min(
    18,
    amounts.reduce((scale, text) => Math.max(scale, decimalsOf(text) ?? 0), 2),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}

/** A name within a JSON pointer (RFC 6901). */
export function escapeName(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function shown(value: unknown): string {
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
