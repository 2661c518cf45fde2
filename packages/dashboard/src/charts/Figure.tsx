import { Group, SegmentedControl, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { useWords } from '../i18n/i18n.ts';
import { useSelected } from '../selection/use-selected.ts';
import { Panel } from '../shell/Panel.tsx';

interface FigureProps {
  /** Under which the address keeps that the table is shown; unique on its page. */
  readonly id: string;
  readonly title: string;
  readonly chart: ReactNode;
  /** The same figures as a table: for readers who do not see the chart, and for those who want the digits. */
  readonly table: ReactNode;
  readonly controls?: ReactNode;
  readonly legend?: ReactNode;
}

/** A chart with its text alternative one key away. */
export function Figure({ id, title, chart, table, controls, legend }: FigureProps) {
  const { t } = useWords();
  const { selection, change } = useSelected();
  const asTables = selection.table ?? [];
  const view = asTables.includes(id) ? 'table' : 'chart';
  const heading = useId();
  return (
    <Panel aria-labelledby={heading}>
      <Group justify="space-between" align="center" mb="sm" gap="sm">
        <Title order={2} size="h4" id={heading}>
          {title}
        </Title>
        <Group gap="sm" className="screen-only">
          {controls}
          <SegmentedControl
            size="xs"
            aria-label={t('chart.view', { title })}
            value={view}
            onChange={(value) => {
              const others = asTables.filter((other) => other !== id);
              change({ table: value === 'table' ? [...others, id] : others });
            }}
            data={[
              { value: 'chart', label: t('chart.asChart') },
              { value: 'table', label: t('chart.asTable') },
            ]}
          />
        </Group>
      </Group>
      {view === 'chart' ? (
        <>
          {chart}
          {legend}
        </>
      ) : (
        table
      )}
    </Panel>
  );
}
