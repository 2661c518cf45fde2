import { SegmentedControl } from '@mantine/core';
import { useMemo } from 'react';
import { Chart } from '../charts/Chart.tsx';
import { Figure } from '../charts/Figure.tsx';
import { Legend } from '../charts/Legend.tsx';
import { BAR_ROOM, barColours, rankingBars } from '../charts/ranking-bars.ts';
import { addMonths, formatMonth } from '../format/months.ts';
import { formatMoney } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { TOPS } from '../selection/selection.ts';
import { useSelected } from '../selection/use-selected.ts';
import { useScheme } from '../theme/scheme.ts';
import { BarTable } from './BarTable.tsx';
import { barsOf, isDrawn, type Ranked } from './ranked.ts';

interface RankingBarsProps {
  readonly title: string;
  readonly rows: readonly Ranked[];
  /** Names what is ranked, over its column. */
  readonly header: string;
  readonly choice: Choice;
  readonly onOpen: (code: string) => void;
}

/** A ranking of the month as bars beside the month before; how many are drawn by name stands in the address. */
export function RankingBars({ title, rows, header, choice, onOpen }: RankingBarsProps) {
  const { t, language } = useWords();
  const scheme = useScheme();
  const { selection, change } = useSelected();
  const top = selection.top ?? '10';
  const bars = useMemo(() => barsOf(rows, top, (count) => t('columns.other', { count })), [rows, top, t]);
  const { currency, month } = choice;
  const names = { now: formatMonth(month, language), before: formatMonth(addMonths(month, -1), language) };
  const colours = barColours(scheme);
  const option = useMemo(
    () =>
      rankingBars({
        bars,
        currency,
        language,
        scheme,
        now: formatMonth(month, language),
        before: formatMonth(addMonths(month, -1), language),
      }),
    [bars, currency, language, scheme, month],
  );
  const first = bars[0];
  const greatest = first === undefined ? t('states.noValue') : formatMoney(first.cost, currency, language, 0);
  return (
    <Figure
      id="ranking"
      title={title}
      controls={
        <SegmentedControl
          size="xs"
          aria-label={t('rank.top')}
          value={top}
          onChange={(value) => {
            const wanted = TOPS.find((known) => known === value);
            change({ top: wanted === '10' ? undefined : wanted });
          }}
          data={TOPS.map((value) => ({ value, label: value === 'all' ? t('rank.all') : value }))}
        />
      }
      chart={
        <Chart
          option={option}
          label={t('rank.alt', { count: bars.length, name: first?.name ?? '', cost: greatest })}
          height={Math.max(3, bars.length) * BAR_ROOM + 8}
          onRow={(index) => {
            const code = bars[index]?.code ?? null;
            if (code !== null) onOpen(code);
          }}
        />
      }
      legend={
        <>
          <Legend names={[names.now, names.before]} colours={[colours.now, colours.before]} />
          {bars.some((bar) => !isDrawn(bar, bars)) && <p className="note">{t('rank.undrawn')}</p>}
        </>
      }
      table={<BarTable caption={title} header={header} bars={bars} choice={choice} />}
    />
  );
}
