import { SegmentedControl, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { matrixQuery } from '../api/queries.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { useSelected } from '../selection/use-selected.ts';
import { Panel } from '../shell/Panel.tsx';
import { Failure, NothingSelected, Waiting } from '../shell/states.tsx';
import { CsvButton } from '../tables/CsvButton.tsx';
import { type CsvColumn, csvText } from '../tables/csv.ts';
import { HEAT_STEPS } from '../theme/palette.ts';
import classes from './domains.module.css';
import { arrange, type Grid } from './grid.ts';
import { HeatTable } from './HeatTable.tsx';

/** Where each entity spends: a table whose cells are coloured, and lead into the drill-down. */
export function HeatMap({ choice }: { readonly choice: Choice }) {
  const { t } = useWords();
  const { selection, change } = useSelected();
  const by = selection.cells ?? 'cost';
  const heading = useId();
  const month = { ...choice, from: choice.month, to: choice.month };
  const { data, error, isPending, refetch } = useQuery(matrixQuery(month));
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting height={420} />;
  if (data.rows.length === 0) return <NothingSelected />;
  const labels = new Map(data.rows.map(({ domain, label }) => [domain, label]));
  const grid = arrange(data.rows, by);
  const columns: CsvColumn<Grid['entities'][number]>[] = [
    { header: t('columns.entity'), value: ({ code }) => code },
    { header: `${t('columns.total')} (${choice.currency})`, value: ({ total }) => total },
    ...grid.domains.map(({ code }, index) => ({
      header: labels.get(code) ?? code,
      value: ({ cells }: Grid['entities'][number]) => cells[index]?.[by] ?? null,
    })),
  ];
  return (
    <Panel aria-labelledby={heading}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {t('matrix.title')}
      </Title>
      <div className={classes.controls}>
        <Scale unit={by === 'cost' ? choice.currency : t('matrix.shareOfEntity')} />
        <SegmentedControl
          size="xs"
          aria-label={t('matrix.cells')}
          value={by}
          onChange={(value) => change({ cells: value === 'share' ? 'share' : undefined })}
          data={[
            { value: 'cost', label: t('matrix.showAmounts') },
            { value: 'share', label: t('matrix.showShares') },
          ]}
        />
      </div>
      <HeatTable grid={grid} by={by} labels={labels} choice={choice} total={data.total.cost} />
      <CsvButton title={t('matrix.title')} text={() => csvText(columns, grid.entities)} />
    </Panel>
  );
}

function Scale({ unit }: { readonly unit: string }) {
  const { t } = useWords();
  return (
    <div className={classes.scale}>
      <span>
        {t('matrix.scale')}, {unit}
      </span>
      <span aria-hidden="true" className={classes.steps}>
        {Array.from({ length: HEAT_STEPS }, (_, index) => (
          <span key={`step ${index + 1}`} data-step={index + 1} className={classes.heat} />
        ))}
      </span>
    </div>
  );
}
