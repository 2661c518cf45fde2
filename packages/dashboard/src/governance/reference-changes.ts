import type { ReferencesThen } from '../api/types.ts';

export type ReferenceKind = 'domain' | 'family' | 'product';

/** Something that one version says otherwise than another; a code that is only in one has no `before`, or no `after`. */
export interface ReferenceChange {
  readonly kind: ReferenceKind;
  readonly code: string;
  readonly what: 'added' | 'removed' | 'label' | 'domain' | 'family' | 'unit' | 'active' | 'replaced_by';
  readonly before: string | null;
  readonly after: string | null;
}

/** A domain, family or product; what a kind does not have is undefined. */
interface Entry {
  readonly code: string;
  readonly label: string;
  readonly active: boolean;
  readonly replaced_by: string | null;
  readonly domain?: string;
  readonly family?: string | null;
  readonly unit?: string;
}

const COMPARED = ['label', 'domain', 'family', 'unit', 'active', 'replaced_by'] as const;

/** Every difference of two versions of the references, domains first, then families and products, by code. */
export function changesBetween(before: ReferencesThen, after: ReferencesThen): readonly ReferenceChange[] {
  return [
    ...changesOf('domain', before.domains, after.domains),
    ...changesOf('family', before.families, after.families),
    ...changesOf('product', before.products, after.products),
  ];
}

function changesOf(kind: ReferenceKind, before: readonly Entry[], after: readonly Entry[]): ReferenceChange[] {
  const [old, now] = [byCode(before), byCode(after)];
  const codes = [...new Set([...old.keys(), ...now.keys()])].sort((a, b) => a.localeCompare(b));
  return codes.flatMap((code): ReferenceChange[] => {
    const [was, is] = [old.get(code), now.get(code)];
    if (was === undefined || is === undefined) {
      const what = was === undefined ? 'added' : 'removed';
      return [{ kind, code, what, before: was?.label ?? null, after: is?.label ?? null }];
    }
    return COMPARED.flatMap((what) => {
      const [left, right] = [textOf(was[what]), textOf(is[what])];
      return left === right ? [] : [{ kind, code, what, before: left, after: right }];
    });
  });
}

function byCode(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  return new Map(entries.map((entry) => [entry.code, entry]));
}

function textOf(value: string | boolean | null | undefined): string | null {
  return value === undefined || value === null ? null : String(value);
}
