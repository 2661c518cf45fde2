import { Group } from '@mantine/core';
import type { DrilldownRow } from '../api/types.ts';
import { useWords } from '../i18n/i18n.ts';
import classes from './drilldown.module.css';
import { type ConsumptionType, typesOf } from './types-of.ts';

/** Whether a product was consumed by the application itself, spread over it from a shared platform, or both. */
export function TypeBadges({
  row,
  indirect,
}: {
  readonly row: DrilldownRow;
  readonly indirect: readonly DrilldownRow[] | undefined;
}) {
  if (indirect === undefined) return null;
  return (
    <Group gap={4} wrap="nowrap">
      {typesOf(row, indirect).map((type) => (
        <TypeBadge key={type} type={type} />
      ))}
    </Group>
  );
}

function TypeBadge({ type }: { readonly type: ConsumptionType }) {
  const { t } = useWords();
  return (
    <span className={classes.type} data-type={type}>
      {t(type === 'DIRECT' ? 'drilldown.direct' : 'drilldown.indirect')}
    </span>
  );
}
