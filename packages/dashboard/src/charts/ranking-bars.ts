import type { EChartsCoreOption } from 'echarts/core';
import { toPixelNumber } from '../format/decimal.ts';
import { formatCompact, formatMoney, type Language } from '../format/numbers.ts';
import { type Bar, isDrawn } from '../rankings/ranked.ts';
import { INK, type Scheme, seriesColour } from '../theme/palette.ts';
import { tooltipRows } from './html.ts';

interface RankingBars {
  readonly bars: readonly Bar[];
  readonly currency: string;
  readonly language: Language;
  readonly scheme: Scheme;
  /** Names of the two periods: the one that is ranked, and the one before. */
  readonly now: string;
  readonly before: string;
}

/** Pixels of a bar with its room; the chart is as high as it has bars. */
export const BAR_ROOM = 34;

/** The colours of the two periods. */
export function barColours(scheme: Scheme): { readonly now: string; readonly before: string } {
  return { now: seriesColour(0, scheme), before: INK[scheme].soft };
}

/** Letters of a name that stand beside a bar. */
const MOST_LETTERS = 20;

/** Long names begin alike and are cut where they begin to differ: their code goes first. */
function labelOf({ code, name }: Bar): string {
  return name.length > MOST_LETTERS && code !== null && code.length < name.length / 2 ? `${code} ${name}` : name;
}

/** Bars from the greatest down, each with a thin one under it for the month before. */
export function rankingBars({ bars, currency, language, scheme, now, before }: RankingBars): EChartsCoreOption {
  const ink = INK[scheme];
  const money = (amount: string | null) => (amount === null ? '–' : formatMoney(amount, currency, language, 0));
  const colours = barColours(scheme);
  return {
    grid: { left: 4, right: 56, top: 4, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: ink.band } },
      backgroundColor: ink.surface,
      borderColor: ink.line,
      textStyle: { color: ink.text, fontSize: 13 },
      confine: true,
      formatter: (items: readonly { readonly dataIndex: number }[]) => {
        const bar = bars[items[0]?.dataIndex ?? 0];
        if (bar === undefined) return '';
        return tooltipRows(bar.name, [
          { colour: colours.now, name: now, text: money(bar.cost) },
          { colour: colours.before, name: before, text: money(bar.previous) },
        ]);
      },
    },
    xAxis: { type: 'value', axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map(labelOf),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: ink.line } },
      axisLabel: { color: ink.text, fontSize: 12.5, width: 130, overflow: 'truncate' },
    },
    series: [
      {
        type: 'bar',
        name: now,
        barMaxWidth: 16,
        itemStyle: { color: colours.now, borderRadius: 3 },
        label: {
          show: true,
          position: 'right',
          color: ink.text,
          fontSize: 12,
          formatter: ({ dataIndex }: { readonly dataIndex: number }) =>
            formatCompact(toPixelNumber(bars[dataIndex]?.cost ?? '0'), language, currency),
        },
        data: bars.map((bar) => (isDrawn(bar, bars) ? toPixelNumber(bar.cost) : 0)),
      },
      {
        type: 'bar',
        name: before,
        barMaxWidth: 4,
        barGap: '15%',
        itemStyle: { color: colours.before, borderRadius: 2, opacity: 0.65 },
        data: bars.map((bar) => (bar.previous === null || !isDrawn(bar, bars) ? null : toPixelNumber(bar.previous))),
      },
    ],
  };
}
