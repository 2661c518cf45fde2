import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { seriesCsv, seriesQuery } from '../api/queries.ts';
import { Chart } from '../charts/Chart.tsx';
import { Figure } from '../charts/Figure.tsx';
import { Legend } from '../charts/Legend.tsx';
import { monthColumns } from '../charts/month-columns.ts';
import { compareDecimals } from '../format/decimal.ts';
import { formatMonth } from '../format/months.ts';
import { formatMoney } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { useSelected } from '../selection/use-selected.ts';
import { Failure, NothingSelected, Waiting } from '../shell/states.tsx';
import { MOST_SERIES } from '../theme/palette.ts';
import { useScheme } from '../theme/scheme.ts';
import { MonthTable } from './MonthTable.tsx';
import { running, type Stacked, stack } from './series.ts';

const HEIGHT = 300;

interface MonthSeriesProps {
  readonly choice: Choice;
  /** What the columns are made of; the reader chooses unless told. */
  readonly by?: 'domain' | 'entity';
}

/** The cost of the group by month, stacked by domain or entity, or added up; a click on a month makes the page about it. */
export function MonthSeries({ choice, by: fixed }: MonthSeriesProps) {
  const { t, language } = useWords();
  const scheme = useScheme();
  const { selection, change } = useSelected();
  const by = fixed ?? selection.stack ?? 'domain';
  const { stacked: monthly, names, waiting, error, refetch } = useStacked(choice, by);
  const adding = selection.running === true;
  const stacked = useMemo(() => (adding ? running(monthly) : monthly), [adding, monthly]);
  const title = t(adding ? 'overview.running' : 'overview.series');
  const option = useMemo(
    () =>
      monthColumns({
        stacked,
        names,
        selected: choice.month,
        currency: choice.currency,
        language,
        scheme,
        total: t('columns.total'),
      }),
    [stacked, names, choice.month, choice.currency, language, scheme, t],
  );
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (waiting) return <Waiting height={HEIGHT + 80} />;
  if (stacked.layers.length === 0) return <NothingSelected />;
  const select = (month: string | undefined) => {
    if (month !== undefined) change({ month });
  };
  return (
    <Figure
      id="series"
      title={title}
      controls={
        <>
          <SegmentedControl
            size="xs"
            aria-label={t('chart.adding')}
            value={adding ? 'running' : 'monthly'}
            onChange={(value) => change({ running: value === 'running' ? true : undefined })}
            data={[
              { value: 'monthly', label: t('chart.monthly') },
              { value: 'running', label: t('chart.running') },
            ]}
          />
          {fixed === undefined && (
            <SegmentedControl
              size="xs"
              aria-label={t('chart.stackBy')}
              value={by}
              onChange={(value) => change({ stack: value === 'entity' ? 'entity' : undefined })}
              data={[
                { value: 'domain', label: t('chart.byDomain') },
                { value: 'entity', label: t('chart.byEntity') },
              ]}
            />
          )}
        </>
      }
      chart={
        <Chart
          option={option}
          label={alternative(stacked, choice, language, t)}
          height={HEIGHT}
          onColumn={(index) => select(stacked.months[index])}
        />
      }
      legend={<Legend names={names} />}
      table={
        <MonthTable
          caption={title}
          stacked={stacked}
          names={names}
          choice={choice}
          onSelect={select}
          adding={adding}
          {...(!adding && stacked.layers.some(({ code }) => code === null) ? { csv: seriesCsv(choice, by) } : {})}
        />
      }
    />
  );
}

/** As many as have a colour of their own, less the one for the others. */
const NAMED = MOST_SERIES - 1;

function useStacked(choice: Choice, by: 'domain' | 'entity') {
  const { t } = useWords();
  const { data, error, isPending, refetch } = useQuery(seriesQuery(choice, by, NAMED));
  const { months } = choice;
  return useMemo(() => {
    const rows = (data?.rows ?? []).map(({ period_month, code, cost }) => ({ month: period_month, code, cost }));
    const labels = new Map(data?.rows.map(({ code, label }) => [code, label]));
    const stacked = stack(rows, months);
    const names = stacked.layers.map(({ code, count }) => {
      if (code !== null) return labels.get(code) ?? code;
      return count === 0 ? t('columns.others') : t('columns.other', { count });
    });
    return { stacked, names, waiting: isPending, error, refetch };
  }, [data, months, isPending, error, refetch, t]);
}

type Words = ReturnType<typeof useWords>;

function alternative({ months, totals }: Stacked, { currency }: Choice, language: Words['language'], t: Words['t']) {
  const greatest = totals.reduce((at, total, index) => (compareDecimals(total, totals[at] ?? '0') > 0 ? index : at), 0);
  const name = (month: string | undefined) => (month === undefined ? '' : formatMonth(month, language));
  return t('overview.seriesAlt', {
    count: months.length,
    from: name(months[0]),
    to: name(months.at(-1)),
    max: formatMoney(totals[greatest] ?? '0', currency, language, 0),
    maxMonth: name(months[greatest]),
  });
}
