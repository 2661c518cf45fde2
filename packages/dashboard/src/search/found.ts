import type { Choices } from '../api/types.ts';

export const FOUND_KINDS = ['entity', 'domain', 'family', 'application', 'product'] as const;

/** Something with a name in the group. */
export interface Found {
  readonly kind: (typeof FOUND_KINDS)[number];
  readonly code: string;
  readonly label: string;
  /** The entity of an application. */
  readonly entity?: string;
  /** The domain of a family or product. */
  readonly domain?: string;
  /** The name of what it belongs to. */
  readonly within?: string;
}

/** Entities and domains whose name or code contains the text, whatever its case and accents; those that begin with it first. */
export function matching(of: Pick<Choices, 'entities' | 'domains'>, text: string): readonly Found[] {
  const wanted = plain(text);
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
