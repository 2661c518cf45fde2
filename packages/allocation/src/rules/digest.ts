import { createHash } from 'node:crypto';
import { AllocationError, quoted } from '../problems.ts';

/**
 * The canonical JSON text of a value (RFC 8785): members sorted by UTF-16 code units, no blanks, numbers as ECMAScript
 * writes them.
 *
 * @throws AllocationError `NOT_CANONICAL` for what JSON cannot carry: undefined, functions, bigint, NaN, lone surrogates.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '');
}

function write(value: unknown, pointer: string): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notCanonical(value, pointer);
    return JSON.stringify(value);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw notCanonical(value, pointer);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item, index) => write(item, `${pointer}/${index}`)).join(',')}]`;
  if (typeof value !== 'object') throw notCanonical(value, pointer);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${write(name, pointer)}:${write(member, `${pointer}/${name}`)}`);
  return `{${members.join(',')}}`;
}

function notCanonical(value: unknown, pointer: string): AllocationError {
  return new AllocationError('NOT_CANONICAL', `${quoted(value)} at ${quoted(pointer)} is no JSON value.`, { pointer });
}

/** The digest of a rule: SHA-256 of its canonical JSON, in lower-case hexadecimal. */
export function ruleDigest(rule: unknown): string {
  return createHash('sha256').update(canonicalJson(rule), 'utf8').digest('hex');
}
