import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '@prorata/platform';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { parseDocument } from 'yaml';
import { finopsProblem } from '../problems.ts';
import { fold, tidy } from './fold.ts';
import { RuleSchema, ruleFaults } from './rules.ts';

const closed = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1, maxLength: 256 });
const Texts = Type.Array(Text, { minItems: 1, maxItems: 10_000 });
const Names = Type.Record(Type.String({ minLength: 1, maxLength: 256 }), Text);

const Tag = Type.Object({ tag: Text }, closed);
const SubAccountId = Type.Object({ sub_account_id: Names }, closed);
const SubAccountName = Type.Object({ sub_account_name: Names }, closed);
const Sources = Type.Array(Type.Union([Tag, SubAccountId, SubAccountName]), { minItems: 1, maxItems: 100 });

const PoolMatch = Type.Union([
  Type.Object({ tag: Text, values: Texts }, closed),
  Type.Object({ sub_account_id: Texts }, closed),
  Type.Object({ sub_account_name: Texts }, closed),
]);

const MappingSchema = Type.Object(
  {
    schema: Type.Literal('prorata.mapping/1'),
    rules: Type.Optional(Type.Array(RuleSchema, { maxItems: 2000 })),
    application: Type.Object({ sources: Sources, aliases: Type.Optional(Names) }, closed),
    environment: Type.Object(
      {
        sources: Sources,
        values: Type.Object({ prod: Type.Optional(Texts), non_prod: Type.Optional(Texts) }, closed),
      },
      closed,
    ),
    pools: Type.Optional(
      Type.Array(
        Type.Object(
          {
            code: Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,31}$' }),
            label: Text,
            match: Type.Array(PoolMatch, { minItems: 1, maxItems: 100 }),
          },
          closed,
        ),
        { maxItems: 100 },
      ),
    ),
    tag_aliases: Type.Optional(Names),
    domains: Type.Optional(Names),
  },
  closed,
);

/** `mapping.yaml` as it is written; `compileMapping` makes it executable. */
export type MappingDocument = Static<typeof MappingSchema>;

export interface LoadedMapping {
  readonly document: MappingDocument;
  /** SHA-256 of the canonical content: comments and order of keys do not change it. Stored with each run. */
  readonly sha256: string;
  /** As it was written, comments included. */
  readonly text: string;
}

export interface MappingFault {
  /** JSON pointer into the file. */
  readonly pointer: string;
  readonly message: string;
}

/** Reads and checks the node's `mapping.yaml`. @throws Problem `MAPPING_INVALID` */
export async function loadMapping(dir: string): Promise<LoadedMapping> {
  const path = join(dir, 'mapping.yaml');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const errors = [{ pointer: '', message: 'the file cannot be read' }];
    throw finopsProblem('MAPPING_INVALID', `${path} cannot be read`, { errors }, cause);
  });
  return parseMapping(text);
}

/** Reads a mapping from its text. @throws Problem `MAPPING_INVALID` with every fault and its JSON pointer */
export function parseMapping(text: string): LoadedMapping {
  const yaml = parseDocument(text, { uniqueKeys: true });
  const broken = yaml.errors[0];
  if (broken !== undefined) throw invalid([{ pointer: '', message: broken.message }]);
  const value: unknown = yaml.toJS({ maxAliasCount: 100 });
  if (!Value.Check(MappingSchema, value)) {
    throw invalid(
      Value.Errors(MappingSchema, value).map((error) => ({ pointer: error.instancePath, message: error.message })),
    );
  }
  const faults = contradictions(value);
  if (faults.length > 0) throw invalid(faults);
  return { document: value, sha256: createHash('sha256').update(canonicalJson(value)).digest('hex'), text };
}

function invalid(errors: readonly MappingFault[]) {
  const shown = errors.slice(0, 5).map((error) => `${error.pointer || '/'} ${error.message}`);
  return finopsProblem('MAPPING_INVALID', `mapping.yaml: ${shown.join('; ')}`, { errors: errors.slice(0, 100) });
}

/** What a schema cannot say: two rules that fold to the same text and mean different things. */
function contradictions(document: MappingDocument): MappingFault[] {
  const faults: MappingFault[] = [];
  const names = (pointer: string, record: Readonly<Record<string, string>> | undefined, compare = fold) => {
    const seen = new Map<string, string>();
    for (const [key, target] of Object.entries(record ?? {})) {
      const earlier = seen.get(compare(key));
      if (earlier !== undefined && compare(earlier) !== compare(target)) {
        faults.push({
          pointer: `${pointer}/${escaped(key)}`,
          message: `contradicts an earlier rule for "${fold(key)}"`,
        });
      }
      if (fold(key) === '' || fold(target) === '') {
        faults.push({ pointer: `${pointer}/${escaped(key)}`, message: 'is blank' });
      }
      seen.set(compare(key), target);
    }
  };
  names('/tag_aliases', document.tag_aliases);
  names('/application/aliases', document.application.aliases);
  names('/domains', document.domains, tidy);
  for (const [part, { sources }] of Object.entries({
    application: document.application,
    environment: document.environment,
  })) {
    for (const [index, source] of sources.entries()) {
      if ('sub_account_id' in source) names(`/${part}/sources/${index}/sub_account_id`, source.sub_account_id);
      if ('sub_account_name' in source) names(`/${part}/sources/${index}/sub_account_name`, source.sub_account_name);
    }
  }
  const both = (document.environment.values.prod ?? []).filter((value) =>
    (document.environment.values.non_prod ?? []).some((other) => fold(other) === fold(value)),
  );
  for (const value of both) {
    faults.push({ pointer: '/environment/values', message: `"${value}" stands under prod and non_prod` });
  }
  const codes = (document.pools ?? []).map((pool) => pool.code);
  for (const [index, code] of codes.entries()) {
    if (codes.indexOf(code) < index) faults.push({ pointer: `/pools/${index}/code`, message: `${code} is used twice` });
  }
  return [...faults, ...ruleFaults(document.rules, codes)];
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
