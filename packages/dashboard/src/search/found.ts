import type { Choices, SearchHit } from '../api/types.ts';

export const FOUND_KINDS = ['entity', 'domain', 'family', 'application', 'product'] as const;

/** Something with a name in the group. */
export interface Found {
  readonly kind: (typeof FOUND_KINDS)[number];
  readonly code: string;
  readonly label: string;
  /** The entity of an application. */
  readonly entity?: string;
  /** The name of the entity that it belongs to. */
  readonly within?: string;
}

/** Hits of the node as they are shown: an application with its entity, a product once, whichever entities use it. */
export function foundOf(hits: readonly SearchHit[], nameOfEntity: (code: string) => string): readonly Found[] {
  const found = new Map<string, Found>();
  for (const { kind, code, label, entity } of hits) {
    const ofEntity = kind === 'application' && entity !== null ? { entity, within: nameOfEntity(entity) } : {};
    const key = JSON.stringify([kind, code, ofEntity.entity ?? '']);
    if (!found.has(key)) found.set(key, { kind, code, label, ...ofEntity });
  }
  return [...found.values()];
}

/** Entities and domains whose name or code contains the text, whatever its case and accents; those that begin with it first. */
export function matching(of: Pick<Choices, 'entities' | 'domains'>, text: string): readonly Found[] {
  const wanted = plain(text.trim());
  if (wanted === '') return [];
  const all = [
    ...of.entities.map(({ code, label }): Found => ({ kind: 'entity', code, label })),
    ...of.domains.map(({ code, label }): Found => ({ kind: 'domain', code, label })),
  ];
  const place = ({ code, label }: Found) => {
    const places = [plain(label).indexOf(wanted), plain(code).indexOf(wanted)].filter((at) => at >= 0);
    return places.length === 0 ? -1 : Math.min(...places);
  };
  return all.filter((one) => place(one) >= 0).sort((a, b) => place(a) - place(b) || a.label.localeCompare(b.label));
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
