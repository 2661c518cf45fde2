import { useCallback } from 'react';
import type { DrilldownRow, Level } from '../api/types.ts';
import { useWords } from '../i18n/i18n.ts';

/** The application of what no rule could map (a reserved code of the data contract). */
export const UNALLOCATED = 'UNALLOCATED';

/** How a row is called: its label, or a word for the reserved codes and for what has no product. */
export function useRowName(): (row: DrilldownRow, level: Level) => string {
  const { t } = useWords();
  return useCallback(
    ({ code, label }, level) => {
      if (code === null) return t('drilldown.noProduct');
      if (level === 'application' && code === UNALLOCATED) return t('drilldown.unallocated');
      return label;
    },
    [t],
  );
}
