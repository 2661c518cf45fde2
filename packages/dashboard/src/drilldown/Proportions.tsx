import { Text, Title } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useId, useMemo } from 'react';
import type { Path } from '../api/queries.ts';
import type { DrilldownReport, DrilldownRow, Level } from '../api/types.ts';
import { Chart } from '../charts/Chart.tsx';
import { MOST_AREAS, treemap } from '../charts/treemap.ts';
import { compareDecimals } from '../format/decimal.ts';
import { formatShare } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { changed } from '../selection/selection.ts';
import { Panel } from '../shell/Panel.tsx';
import { useScheme } from '../theme/scheme.ts';
import classes from './drilldown.module.css';
import { stepInto } from './path.ts';

/** Letters of a name that an area of average size holds. */
const MOST_LETTERS = 20;

function shortName(code: string, name: string): string {
  return name.length > MOST_LETTERS && code !== '' && code.length < name.length / 2 ? code : name;
}

interface ProportionsProps {
  readonly report: DrilldownReport;
  readonly level: Level;
  readonly choice: Choice;
  readonly path: Path;
  readonly nameOfRow: (row: DrilldownRow, level: Level) => string;
}

/** The same rows as areas; the table beside it is its text. A click on an area goes one step down, as its name in the table does. */
export function Proportions({ report, level, choice, path, nameOfRow }: ProportionsProps) {
  const { t, language } = useWords();
  const heading = useId();
  const scheme = useScheme();
  const navigate = useNavigate();
  const { rows } = report;
  const parts = useMemo(
    () =>
      rows
        .flatMap((row) => {
          const { code, unit, cost, share } = row;
          const key = code ?? '';
          const name = nameOfRow(row, level);
          return cost === null || compareDecimals(cost, '0') <= 0
            ? []
            : [{ key, id: `${key} ${unit ?? ''}`, name, label: shortName(key, name), cost, share }];
        })
        .sort((a, b) => compareDecimals(b.cost, a.cost))
        .slice(0, MOST_AREAS),
    [rows, level, nameOfRow],
  );
  const option = useMemo(
    () => treemap({ parts, currency: choice.currency, language, scheme, measure: t(`measure.${choice.measure}`) }),
    [parts, choice.currency, choice.measure, language, scheme, t],
  );
  const negative = rows.filter(({ cost }) => cost !== null && compareDecimals(cost, '0') < 0).length;
  const first = parts[0];
  if (first === undefined) return null;
  const open = (index: number) => {
    const part = parts[index];
    if (level === 'product' || part === undefined) return;
    void navigate({ to: '/drilldown', search: (before) => changed(before, stepInto(path, level, part.key)) });
  };
  return (
    <Panel aria-labelledby={heading} className={classes.proportions ?? ''}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {t('drilldown.treemap')}
      </Title>
      <Chart
        option={option}
        label={t('drilldown.treemapAlt', {
          count: parts.length,
          name: first.name,
          share: first.share === null ? t('states.noValue') : formatShare(first.share, language),
        })}
        height={level === 'product' ? 200 : 340}
        {...(level === 'product' ? {} : { onSelect: ({ dataIndex }) => open(dataIndex - 1) })}
      />
      {negative > 0 && (
        <Text size="sm" className="soft" mt="xs">
          {t('drilldown.negative', { count: negative })}
        </Text>
      )}
      {rows.length > MOST_AREAS && (
        <Text size="sm" className="soft" mt="xs">
          {t('drilldown.top', { count: MOST_AREAS })}
        </Text>
      )}
    </Panel>
  );
}
