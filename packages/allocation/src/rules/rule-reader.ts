import { quoted } from '../problems.ts';
import type { RuleError, RuleErrorCode } from './rule.ts';

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads a JSON value of unknown shape and collects every error with its pointer. A method that answers `undefined` has
 * reported why.
 */
export class RuleReader {
  readonly errors: RuleError[] = [];

  refuse(pointer: string, code: RuleErrorCode, message: string): undefined {
    this.errors.push({ pointer, code, message });
    return undefined;
  }

  /** An object with no other than these members. */
  object(value: unknown, pointer: string, names: readonly string[]): Members | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.refuse(pointer, 'TYPE_WRONG', `An object is expected, not ${kind(value)}.`);
    }
    for (const name of Object.keys(value)) {
      if (names.includes(name)) continue;
      const place = `${pointer}/${escapePointer(name)}`;
      this.refuse(place, 'MEMBER_UNKNOWN', `${quoted(name)} is not a member here; there are ${names.join(', ')}.`);
    }
    // Object.hasOwn keeps what every object inherits, such as `constructor`, from standing in for a member.
    return Object.fromEntries(
      names.filter((name) => Object.hasOwn(value, name)).map((name) => [name, (value as Members)[name]]),
    );
  }

  /** A text that is not empty. */
  text(members: Members, name: string, pointer: string): string | undefined {
    const value = members[name];
    const place = `${pointer}/${name}`;
    if (value === undefined) return this.refuse(place, 'MEMBER_MISSING', `"${name}" is missing.`);
    if (typeof value === 'string' && value !== '') return value;
    return this.refuse(place, 'TYPE_WRONG', `A text is expected, not ${kind(value)}.`);
  }

  choice<const T extends string>(
    members: Members,
    name: string,
    pointer: string,
    choices: readonly T[],
  ): T | undefined {
    const value = members[name];
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    const place = `${pointer}/${name}`;
    if (value === undefined) return this.refuse(place, 'MEMBER_MISSING', `"${name}" is missing.`);
    const listed = choices.map((choice) => `"${choice}"`).join(', ');
    return this.refuse(place, 'VALUE_NOT_ALLOWED', `${quoted(value)} is none of ${listed}.`);
  }

  /** A list with at least one item. */
  list(members: Members, name: string, pointer: string): readonly unknown[] | undefined {
    const value = members[name];
    const place = `${pointer}/${name}`;
    if (value === undefined) return this.refuse(place, 'MEMBER_MISSING', `"${name}" is missing.`);
    if (!Array.isArray(value)) return this.refuse(place, 'TYPE_WRONG', `A list is expected, not ${kind(value)}.`);
    if (value.length === 0) return this.refuse(place, 'LIST_EMPTY', `"${name}" is empty.`);
    return value;
  }

  /** A list of texts; what is no text is reported and left out. */
  texts(members: Members, name: string, pointer: string): string[] | undefined {
    const items = this.list(members, name, pointer);
    return items?.flatMap((item, index) => {
      if (typeof item === 'string' && item !== '') return [item];
      this.refuse(`${pointer}/${name}/${index}`, 'TYPE_WRONG', `A text is expected, not ${kind(item)}.`);
      return [];
    });
  }

  /** An optional integer within bounds. */
  integer(members: Members, name: string, pointer: string, min: number, max: number): number | undefined {
    const value = members[name];
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    const what = `an integer from ${min} to ${max}`;
    return this.refuse(`${pointer}/${name}`, 'VALUE_NOT_ALLOWED', `${quoted(value)} is not ${what}.`);
  }
}

export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function kind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value === '') return 'an empty text';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}
