import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { groupProblem } from '../problems.ts';

const closed = { additionalProperties: false } as const;
const Code = Type.String({ minLength: 1, maxLength: 256, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$' });
const Label = Type.String({ minLength: 1, maxLength: 512 });
/** Of every list: whether the code may be used from now on, and which one stands for it where it went on under another. */
const state = { active: Type.Optional(Type.Boolean()), replaced_by: Type.Optional(Code) };

/** A references file: the whole state of each list that it holds. A list that is absent stays as it is. */
export const ReferencesSchema = Type.Object(
  {
    domains: Type.Optional(Type.Array(Type.Object({ code: Code, label: Label, ...state }, closed), { minItems: 1 })),
    families: Type.Optional(Type.Array(Type.Object({ code: Code, label: Label, domain: Code, ...state }, closed))),
    products: Type.Optional(
      Type.Array(
        Type.Object(
          { code: Code, label: Label, domain: Code, family: Type.Optional(Code), unit: Code, ...state },
          closed,
        ),
      ),
    ),
  },
  closed,
);
export type ReferencesInput = Static<typeof ReferencesSchema>;

const check = Compile(ReferencesSchema);
const LISTS = ['domains', 'families', 'products'] as const;

/**
 * Reads a references file: JSON as in `ReferencesSchema`, or CSV with the columns `kind` (domain, family, product), `code`,
 * `label` and, where they apply, `domain`, `family`, `unit`, `active`, `replaced_by`.
 *
 * @throws Problem `REFERENCES_INVALID` with every place
 */
export function readReferences(text: string): ReferencesInput {
  const trimmed = text.replace(/^\uFEFF/, '');
  const value = /^\s*\{/.test(trimmed) ? parseJson(trimmed) : readCsv(trimmed);
  if (!check.Check(value)) {
    const errors = check
      .Errors(value)
      .slice(0, 50)
      .map((error) => ({ pointer: error.instancePath || '/', message: error.message }));
    throw invalid(errors);
  }
  refuseDoubles(value);
  refuseLooseEnds(value);
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw invalid([{ pointer: '/', message: error instanceof Error ? error.message : String(error) }]);
  }
}

function readCsv(text: string): unknown {
  const [header, ...lines] = text.split(/\r?\n/);
  const columns = splitCsv(header ?? '', 1).map((name) => name.trim().toLowerCase());
  const known = ['kind', 'code', 'label', 'domain', 'family', 'unit', 'active', 'replaced_by'];
  const unknown = columns.filter((name) => !known.includes(name));
  if (unknown.length > 0 || !columns.includes('kind') || !columns.includes('code')) {
    throw invalid([{ pointer: '/1', message: `the header has to name columns of: ${known.join(', ')}` }]);
  }
  const lists: Record<string, Record<string, unknown>[]> = {};
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const cells = splitCsv(line, index + 2);
    const row = Object.fromEntries(columns.map((name, column) => [name, (cells[column] ?? '').trim()]));
    const { kind = '', active = '', ...rest } = row;
    const list = { domain: 'domains', family: 'families', product: 'products' }[kind];
    if (list === undefined)
      throw invalid([{ pointer: `/${index + 2}/kind`, message: `"${kind}" is not domain, family or product` }]);
    const filled = Object.entries(rest).filter(([, cell]) => cell !== '');
    const activity = active === '' ? {} : { active: active === 'true' ? true : active === 'false' ? false : active };
    lists[list] = [...(lists[list] ?? []), { ...Object.fromEntries(filled), ...activity }];
  }
  return lists;
}

/** One line of CSV (RFC 4180); a quoted cell may hold commas and doubled quotes, no line break. */
function splitCsv(line: string, number: number): string[] {
  const cells: string[] = [];
  const cell = /\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)/y;
  for (;;) {
    const match = cell.exec(line);
    if (match === null) throw invalid([{ pointer: `/${number}`, message: 'the quotes of this line do not match' }]);
    cells.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (match[3] === '') return cells;
  }
}

function refuseDoubles(value: ReferencesInput): void {
  for (const list of LISTS) {
    const seen = new Set<string>();
    for (const [index, { code }] of (value[list] ?? []).entries()) {
      if (seen.has(code)) throw invalid([{ pointer: `/${list}/${index}/code`, message: `"${code}" is there twice` }]);
      seen.add(code);
    }
  }
}

/** Within one file a family or product may only name domains and families of the file, where the file lists them. */
function refuseLooseEnds(value: ReferencesInput): void {
  const domains = value.domains && new Set(value.domains.map((domain) => domain.code));
  const families = value.families && new Set(value.families.map((family) => family.code));
  for (const list of ['families', 'products'] as const) {
    for (const [index, row] of (value[list] ?? []).entries()) {
      if (domains !== undefined && !domains.has(row.domain)) {
        throw invalid([
          { pointer: `/${list}/${index}/domain`, message: `"${row.domain}" is not a domain of the file` },
        ]);
      }
      const family = list === 'products' ? value.products?.[index]?.family : undefined;
      if (families !== undefined && family !== undefined && !families.has(family)) {
        throw invalid([{ pointer: `/${list}/${index}/family`, message: `"${family}" is not a family of the file` }]);
      }
    }
  }
}

function invalid(errors: readonly { pointer: string; message: string }[]): Error {
  const [first] = errors;
  return groupProblem('REFERENCES_INVALID', `${first?.pointer}: ${first?.message}`, { errors });
}
