import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { matrixQuery } from '../api/queries.ts';
import { Flags } from '../flags/Flags.tsx';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { SelectionBar } from '../selection/SelectionBar.tsx';
import { useSelected } from '../selection/use-selected.ts';
import { PageHead } from '../shell/PageHead.tsx';
import { Panel } from '../shell/Panel.tsx';
import { Failure, Nothing, NothingSelected, Waiting } from '../shell/states.tsx';
import { HEAT_STEPS } from '../theme/palette.ts';
import { arrange } from './grid.ts';
import { HeatTable } from './HeatTable.tsx';
import classes from './matrix.module.css';

/** Where each entity spends: a table whose cells are coloured, and lead into the drill-down. */
export function MatrixPage() {
  const { t, language } = useWords();
  const { choice, error, waiting } = useSelected();
  const lead = choice === undefined ? {} : { lead: t('matrix.lead', { month: formatMonth(choice.month, language) }) };
  return (
    <>
      <PageHead title={t('matrix.title')} {...lead} />
      <SelectionBar parts={['month', 'amounts', 'filters']} />
      {error !== null && error !== undefined ? (
        <Failure error={error} />
      ) : waiting ? (
        <Waiting height={420} />
      ) : choice === undefined ? (
        <Nothing why={t('states.emptyGroup')} />
      ) : (
        <Matrix choice={choice} />
      )}
    </>
  );
}

function Matrix({ choice }: { readonly choice: Choice }) {
  const { t } = useWords();
  const [by, setBy] = useState<'cost' | 'share'>('cost');
  const month = { ...choice, from: choice.month, to: choice.month };
  const { data, error, isPending, refetch } = useQuery(matrixQuery(month));
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting height={420} />;
  if (data.rows.length === 0) return <NothingSelected />;
  const labels = new Map(data.rows.map(({ domain, label }) => [domain, label]));
  return (
    <div className={classes.page}>
      <Flags choice={month} />
      <Panel>
        <div className={classes.controls}>
          <Scale unit={by === 'cost' ? choice.currency : t('matrix.shareOfEntity')} />
          <SegmentedControl
            size="xs"
            aria-label={t('matrix.cells')}
            value={by}
            onChange={(value) => setBy(value === 'share' ? 'share' : 'cost')}
            data={[
              { value: 'cost', label: t('matrix.showAmounts') },
              { value: 'share', label: t('matrix.showShares') },
            ]}
          />
        </div>
        <HeatTable grid={arrange(data.rows, by)} by={by} labels={labels} choice={choice} total={data.total.cost} />
      </Panel>
    </div>
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
