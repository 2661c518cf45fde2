import type { EntityRow } from '../api/types.ts';
import type { useWords } from '../i18n/i18n.ts';
import { Amount } from '../tables/cells.tsx';
import type { Column } from '../tables/DataTable.tsx';

/** What the entity itself counted, in its own currency. */
export function localColumn(t: ReturnType<typeof useWords>['t']): Column<EntityRow> {
  return {
    id: 'local',
    header: t('columns.localCost'),
    numeric: true,
    wideOnly: true,
    value: ({ local_cost, local_currency }) =>
      local_cost === null || local_currency === null ? null : `${local_cost} ${local_currency}`,
    cell: ({ local_cost, local_currency }) =>
      local_currency === null ? (
        <span className="soft">{t('overview.severalCurrencies')}</span>
      ) : (
        <Amount value={local_cost} currency={local_currency} />
      ),
  };
}
