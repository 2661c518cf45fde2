import { tidy } from '../mapping/fold.ts';
import { didYouMean } from '../mapping/near.ts';
import { isReserved, REFERENCE_KINDS, type Reference, type ReferenceKind, referenceCode } from './kinds.ts';
import type { ReferenceFault, ReferenceLine } from './reference-file.ts';

const MONTH = /^2[01]\d\d-(0[1-9]|1[0-2])$/;
const LONGEST_CODE = 256;
const LONGEST_LABEL = 512;
const COLUMNS: Readonly<Record<ReferenceKind, readonly string[]>> = {
  domain: [],
  family: ['domain'],
  product: ['domain', 'family', 'unit'],
  application: [],
};

/** References by kind and code. */
export type ReferenceBook = Readonly<Record<ReferenceKind, ReadonlyMap<string, Reference>>>;

export function bookOf(references: readonly Reference[]): ReferenceBook {
  const of = (kind: ReferenceKind) =>
    new Map(references.filter((one) => one.kind === kind).map((one) => [one.code, one]));
  return { domain: of('domain'), family: of('family'), product: of('product'), application: of('application') };
}

/** Codes of the group by kind; a kind that the group does not list is absent. */
export type GroupCodes = Partial<Record<ReferenceKind, ReadonlySet<string>>>;

export interface Merged {
  /** References that are new or differ from what stands, each with its next version. */
  readonly changed: readonly Reference[];
  readonly faults: readonly ReferenceFault[];
}

/**
 * Lays the lines of a file over the references that stand. Pure: says what would change and everything that is wrong, and
 * whoever calls it writes all of the changes or, where there are faults, none.
 */
export function mergeReferences(lines: readonly ReferenceLine[], standing: ReferenceBook, group: GroupCodes): Merged {
  const faults: ReferenceFault[] = [];
  const merged = new Map<string, { readonly reference: Reference; readonly line: ReferenceLine }>();
  const ordered = REFERENCE_KINDS.flatMap((kind) => lines.filter((line) => line.kind === kind));
  for (const line of lines) {
    if (!REFERENCE_KINDS.some((kind) => kind === line.kind)) {
      const message = `not one of ${REFERENCE_KINDS.join(', ')}`;
      faults.push({ place: line.place, column: 'kind', value: line.kind, message });
    }
  }
  for (const line of ordered) {
    const kind = line.kind as ReferenceKind;
    const own = judgeLine(kind, line, faults);
    if (own === undefined) continue;
    const key = `${kind}\n${own}`;
    const earlier = merged.get(key);
    if (earlier !== undefined) {
      faults.push(fault(line, 'code', line.code, `stands at ${earlier.line.place} already`));
      continue;
    }
    merged.set(key, { reference: laidOver(kind, own, line, standing[kind].get(own)), line });
  }
  const at = (kind: ReferenceKind, code: string) =>
    merged.get(`${kind}\n${code}`)?.reference ?? standing[kind].get(code);
  for (const { reference, line } of merged.values()) {
    judgeWhole(reference, line, {
      at,
      standing,
      merged: [...merged.values()].map((one) => one.reference),
      group,
      faults,
    });
  }
  judgeFamilies(merged, standing, at, faults);
  const changed = [...merged.values()]
    .map((one) => one.reference)
    .filter((one) => !sameReference(one, standing[one.kind].get(one.code)));
  return { changed, faults };
}

function fault(line: ReferenceLine, column: string, value: string | null, message: string): ReferenceFault {
  return { place: line.place, column, value: value === null ? null : value.slice(0, 200), message };
}

/** What a line alone shows. @returns the code, or undefined where there is none to go on with */
function judgeLine(kind: ReferenceKind, line: ReferenceLine, faults: ReferenceFault[]): string | undefined {
  if (line.code === null || tidy(line.code) === '') {
    faults.push(fault(line, 'code', line.code, 'a code is required'));
    return undefined;
  }
  const code = referenceCode(kind, line.code);
  if (code.length > LONGEST_CODE) faults.push(fault(line, 'code', code, `longer than ${LONGEST_CODE} characters`));
  if (isReserved(kind, code)) faults.push(fault(line, 'code', code, 'the code is reserved'));
  if ((line.label ?? '').length > LONGEST_LABEL) {
    faults.push(fault(line, 'label', line.label, `longer than ${LONGEST_LABEL} characters`));
  }
  for (const column of ['domain', 'family', 'unit'] as const) {
    if (line[column] === null) continue;
    if (!COLUMNS[kind].includes(column)) faults.push(fault(line, column, line[column], `a ${kind} has no ${column}`));
    else if (line[column].length > LONGEST_CODE)
      faults.push(fault(line, column, line[column], `longer than ${LONGEST_CODE} characters`));
  }
  for (const column of ['valid_from', 'valid_to'] as const) {
    if (line[column] !== null && !MONTH.test(line[column])) {
      faults.push(fault(line, column, line[column], 'not a month; write YYYY-MM'));
    }
  }
  return code;
}

function laidOver(kind: ReferenceKind, code: string, line: ReferenceLine, before: Reference | undefined): Reference {
  const own = (column: 'domain' | 'family' | 'unit') => {
    if (!COLUMNS[kind].includes(column)) return null;
    return line[column] === null ? (before?.[column] ?? null) : tidy(line[column]);
  };
  return {
    kind,
    code,
    label: tidy(line.label ?? before?.label ?? line.code ?? code),
    domain: own('domain'),
    family: own('family'),
    unit: own('unit'),
    valid_from: line.valid_from ?? before?.valid_from ?? null,
    valid_to: line.valid_to ?? before?.valid_to ?? null,
    group_code: line.group_code === null ? (before?.group_code ?? null) : tidy(line.group_code),
    origin: 'IMPORTED',
    version: (before?.version ?? 0) + 1,
  };
}

interface Whole {
  readonly at: (kind: ReferenceKind, code: string) => Reference | undefined;
  readonly standing: ReferenceBook;
  readonly merged: readonly Reference[];
  readonly group: GroupCodes;
  readonly faults: ReferenceFault[];
}

/** What shows only beside the other references. */
function judgeWhole(reference: Reference, line: ReferenceLine, { at, standing, merged, group, faults }: Whole): void {
  const { kind, code, domain, family, unit, valid_from, valid_to, group_code } = reference;
  const codesOf = (of: ReferenceKind) => [
    ...standing[of].keys(),
    ...merged.filter((one) => one.kind === of).map((one) => one.code),
  ];
  if (COLUMNS[kind].includes('domain')) {
    if (domain === null) faults.push(fault(line, 'domain', null, `a ${kind} belongs to a domain`));
    else if (at('domain', domain) === undefined) {
      faults.push(fault(line, 'domain', domain, `no such domain${didYouMean(domain, codesOf('domain'))}`));
    }
  }
  if (family !== null) {
    const owner = at('family', family);
    if (owner === undefined) {
      faults.push(fault(line, 'family', family, `no such family${didYouMean(family, codesOf('family'))}`));
    } else if (owner.domain !== domain) {
      faults.push(fault(line, 'family', family, `belongs to the domain ${owner.domain}, the product to ${domain}`));
    }
  }
  if (kind === 'product') {
    const before = standing.product.get(code);
    if (unit === null) faults.push(fault(line, 'unit', null, 'a product has a unit'));
    else if (before !== undefined && before.unit !== unit) {
      const message = `the product is measured in ${before.unit}: another unit is another product`;
      faults.push(fault(line, 'unit', unit, message));
    }
  }
  if (valid_from !== null && valid_to !== null && valid_from > valid_to) {
    faults.push(fault(line, 'valid_to', valid_to, `before the first month, ${valid_from}`));
  }
  const known = group[kind];
  if (group_code !== null && group_code.length > LONGEST_CODE) {
    faults.push(fault(line, 'group_code', group_code, `longer than ${LONGEST_CODE} characters`));
  } else if (group_code !== null && known !== undefined && !known.has(group_code)) {
    faults.push(fault(line, 'group_code', group_code, `no ${kind} of the group${didYouMean(group_code, known)}`));
  }
}

/** A family that moves to another domain would leave products of the old one in it. */
function judgeFamilies(
  merged: ReadonlyMap<string, { readonly reference: Reference; readonly line: ReferenceLine }>,
  standing: ReferenceBook,
  at: Whole['at'],
  faults: ReferenceFault[],
): void {
  for (const { reference, line } of merged.values()) {
    const before = standing.family.get(reference.code);
    if (reference.kind !== 'family' || before === undefined || before.domain === reference.domain) continue;
    for (const { code } of standing.product.values()) {
      const product = at('product', code);
      if (product?.family !== reference.code || product.domain === reference.domain) continue;
      faults.push(fault(line, 'domain', reference.domain, `its product ${code} belongs to ${product.domain}`));
      break;
    }
  }
}

function sameReference(one: Reference, other: Reference | undefined): boolean {
  if (other === undefined) return false;
  const names = ['label', 'domain', 'family', 'unit', 'valid_from', 'valid_to', 'group_code', 'origin'] as const;
  return names.every((name) => one[name] === other[name]);
}
