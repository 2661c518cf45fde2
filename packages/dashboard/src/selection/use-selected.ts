import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { filtersQuery } from '../api/queries.ts';
import type { Choices } from '../api/types.ts';
import { monthsBetween } from '../format/months.ts';
import { type Choice, resolve } from './choice.ts';
import { changed, readSelection, type Selection } from './selection.ts';

const root = getRouteApi('__root__');
const NOTHING: Pick<Choices, 'months' | 'currency' | 'currencies' | 'entities' | 'domains'> = {
  months: [],
  currency: 'EUR',
  currencies: [],
  entities: [],
  domains: [],
};

export interface Selected {
  readonly selection: Selection;
  /** Undefined while the group is not known yet, and when it has no facts. */
  readonly choice: Choice | undefined;
  readonly available: typeof NOTHING;
  /** Every month that can be shown: from the first with facts, or of the range, to the last. */
  readonly months: readonly string[];
  readonly error: unknown;
  readonly waiting: boolean;
  /** Changes the address, in place: the back button leaves the page, it does not undo a filter. */
  readonly change: (change: { readonly [K in keyof Selection]?: Selection[K] | undefined }) => void;
  readonly nameOf: (kind: 'entity' | 'domain' | 'family' | 'product' | 'application', code: string) => string;
}

/** The selection of the address, with its defaults, and the way to change it. */
export function useSelected(): Selected {
  const search = root.useSearch();
  // The router leaves what it does not know, and what is malformed, in the search it hands over.
  const selection = useMemo(() => readSelection(search), [search]);
  const navigate = useNavigate();
  const { data: available = NOTHING, error, isPending } = useQuery(filtersQuery);
  const choice = useMemo(() => resolve(selection, available), [selection, available]);
  const months = useMemo(() => {
    const known = [...available.months, ...(choice?.months ?? [])].sort();
    const [first] = known;
    const last = known.at(-1);
    return first === undefined || last === undefined ? [] : monthsBetween(first, last);
  }, [available, choice]);
  const change = useCallback<Selected['change']>(
    (change) =>
      void navigate({ to: '.', search: (before) => changed(before, change), replace: true, resetScroll: false }),
    [navigate],
  );
  const nameOf = useCallback<Selected['nameOf']>(
    (kind, code) => {
      if (kind === 'entity') return available.entities.find((entity) => entity.code === code)?.label ?? code;
      if (kind === 'domain') return available.domains.find((domain) => domain.code === code)?.label ?? code;
      return code;
    },
    [available],
  );
  return { selection, choice, available, months, error, waiting: isPending, change, nameOf };
}
