import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { parseDocument } from 'yaml';
import { type TableRow, withTableFile } from '../import/table-file.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import { REFERENCE_KINDS, type ReferenceKind } from './kinds.ts';

/** One line of a references file, as it was written; what is absent leaves what stands. */
export interface ReferenceLine {
  /** Row below the header of a table, or JSON pointer into a document. */
  readonly place: string;
  readonly kind: string;
  readonly code: string | null;
  readonly label: string | null;
  readonly domain: string | null;
  readonly family: string | null;
  readonly unit: string | null;
  readonly valid_from: string | null;
  readonly valid_to: string | null;
  readonly group_code: string | null;
}

export interface ReferenceFault {
  readonly place: string;
  readonly column: string;
  readonly value: string | null;
  readonly message: string;
}

const OPTIONAL = ['label', 'domain', 'family', 'unit', 'valid_from', 'valid_to', 'group_code'] as const;
const SHAPE = { required: ['kind', 'code'], optional: OPTIONAL } as const;

const closed = { additionalProperties: false } as const;
const Cell = Type.Union([Type.String({ maxLength: 600 }), Type.Null()]);
const Line = Type.Object(
  {
    code: Type.String({ maxLength: 600 }),
    ...Object.fromEntries(OPTIONAL.map((name) => [name, Type.Optional(Cell)])),
  },
  closed,
);
const Lines = Type.Optional(Type.Array(Line, { maxItems: 200_000 }));
const DocumentSchema = Type.Object(
  {
    schema: Type.Optional(Type.Literal('prorata.references/1')),
    domains: Lines,
    families: Lines,
    products: Lines,
    applications: Lines,
  },
  closed,
);
const LISTS = { domain: 'domains', family: 'families', product: 'products', application: 'applications' } as const;

const LONGEST_DOCUMENT_BYTES = 64 * 1024 ** 2;

/**
 * Reads a file of references: a table with the columns kind, code, label, domain, family, unit, valid_from, valid_to and
 * group_code (CSV or Parquet), or YAML or JSON with the lists domains, families, products and applications.
 *
 * @throws Problem `REFERENCES_FILE_INVALID`, and those of tables
 */
export async function readReferenceFile(
  entity: EntityNode,
  path: string,
  name = basename(path),
): Promise<ReferenceLine[]> {
  if (!/\.(ya?ml|json)$/i.test(name)) {
    return await withTableFile(entity, { path, name }, SHAPE, async (file) => {
      const lines: ReferenceLine[] = [];
      for await (const rows of file.batches()) for (const row of rows) lines.push(lineOf(row));
      return lines;
    });
  }
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw finopsProblem('FILE_NOT_FOUND', `${path} cannot be read`, {}, cause);
  });
  if (bytes.length > LONGEST_DOCUMENT_BYTES) {
    throw referencesInvalid(name, [{ place: '', column: '', value: null, message: 'the file is larger than 64 MiB' }]);
  }
  return readDocument(name, bytes.toString('utf8').replace(/^\uFEFF/, ''));
}

function lineOf({ row, values }: TableRow<(typeof SHAPE.required)[number] | (typeof OPTIONAL)[number]>): ReferenceLine {
  const { kind, code = null, label = null, domain = null, family = null, unit = null } = values;
  const { valid_from = null, valid_to = null, group_code = null } = values;
  const place = `row ${row}`;
  return {
    place,
    kind: (kind ?? '').toLowerCase(),
    code,
    label,
    domain,
    family,
    unit,
    valid_from,
    valid_to,
    group_code,
  };
}

function readDocument(name: string, text: string): ReferenceLine[] {
  const yaml = parseDocument(text, { uniqueKeys: true });
  const broken = yaml.errors[0];
  if (broken !== undefined) {
    throw referencesInvalid(name, [{ place: '/', column: '', value: null, message: broken.message }]);
  }
  const value: unknown = yaml.toJS({ maxAliasCount: 100 });
  if (!Value.Check(DocumentSchema, value)) {
    const faults = Value.Errors(DocumentSchema, value).map(({ instancePath, message }) => ({
      place: instancePath || '/',
      column: '',
      value: null,
      message,
    }));
    throw referencesInvalid(name, faults);
  }
  const document: Static<typeof DocumentSchema> = value;
  return REFERENCE_KINDS.flatMap((kind: ReferenceKind) =>
    (document[LISTS[kind]] ?? []).map((line, index) => ({
      ...BLANK,
      ...trimmed(line),
      kind,
      place: `/${LISTS[kind]}/${index}`,
    })),
  );
}

const BLANK = {
  code: null,
  label: null,
  domain: null,
  family: null,
  unit: null,
  valid_from: null,
  valid_to: null,
  group_code: null,
};

function trimmed(line: object): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(line).map(([name, value]) => [
      name,
      String(value ?? '').trim() === '' ? null : String(value).trim(),
    ]),
  );
}

/** The refusal of a file of references: the first hundred places, and how many there are. */
export function referencesInvalid(name: string, faults: readonly ReferenceFault[]) {
  const [first] = faults;
  const place = [first?.place, first?.column].filter((part) => part !== undefined && part !== '').join(', ');
  const value = first?.value === null || first === undefined ? '' : ` ${JSON.stringify(first.value)}`;
  const others = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return finopsProblem('REFERENCES_FILE_INVALID', `${name}: ${place}${value}: ${first?.message}${others}`, {
    errors: faults.slice(0, 100),
    error_count: faults.length,
  });
}
