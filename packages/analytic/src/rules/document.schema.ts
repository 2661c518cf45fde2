import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describedAs } from '@prorata/platform';
import { Type } from 'typebox';
import { storedAs } from '../service/schema.ts';

type Schema = Readonly<Record<string, unknown>>;

/** The schema of the rule language, each reference replaced by what it means, so that it can stand inside another document. */
function languageSchema(): Schema {
  const file = fileURLToPath(import.meta.resolve('@prorata/allocation/schema/allocation-rule-1.json'));
  const { $schema: _dialect, $id: _id, $defs = {}, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Schema;
  const inlined = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(inlined);
    if (typeof part !== 'object' || part === null) return part;
    if ('$ref' in part) {
      const { $ref, ...beside } = part;
      return { ...(inlined(($defs as Schema)[String($ref).replace('#/$defs/', '')]) as Schema), ...beside };
    }
    return Object.fromEntries(Object.entries(part).map(([member, value]) => [member, inlined(value)]));
  };
  return inlined(schema) as Schema;
}

const LANGUAGE = languageSchema();

/** A rule in a request: open here, because the compiler reports every error with its place. */
export const RuleDocument = describedAs(Type.Object({}, { additionalProperties: true }), LANGUAGE);

/** A rule in an answer. */
export const StoredRule = storedAs(Type.Unsafe<unknown>(LANGUAGE));
