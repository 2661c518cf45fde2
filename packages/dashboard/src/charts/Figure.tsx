import { Group, SegmentedControl, Title } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { useWords } from '../i18n/i18n.ts';
import { Panel } from '../shell/Panel.tsx';

interface FigureProps {
  readonly title: string;
  readonly chart: ReactNode;
  /** The same figures as a table: for readers who do not see the chart, and for those who want the digits. */
  readonly table: ReactNode;
  readonly controls?: ReactNode;
  readonly legend?: ReactNode;
}

/** A chart with its text alternative one key away. */
export function Figure({ title, chart, table, controls, legend }: FigureProps) {
  const { t } = useWords();
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const heading = useId();
  return (
    <Panel aria-labelledby={heading}>
      <Group justify="space-between" align="center" mb="sm" gap="sm">
        <Title order={2} size="h4" id={heading}>
          {title}
        </Title>
        <Group gap="sm">
          {controls}
          <SegmentedControl
            size="xs"
            aria-label={t('chart.view', { title })}
            value={view}
            onChange={(value) => setView(value === 'table' ? 'table' : 'chart')}
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
