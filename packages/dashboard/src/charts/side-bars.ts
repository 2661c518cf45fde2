import type { EChartsCoreOption } from 'echarts/core';
import { toPixelNumber } from '../format/decimal.ts';
import { formatCompact, formatMoney, type Language } from '../format/numbers.ts';
import { INK, type Scheme, seriesColour } from '../theme/palette.ts';
import { tooltipRows } from './html.ts';

/** A row of bars: one amount for each name, null where there is none. */
export interface SideSeries {
  readonly name: string;
  readonly amounts: readonly (string | null)[];
}

interface SideBars {
  readonly names: readonly string[];
  readonly series: readonly SideSeries[];
  /** On top of each other, when they add up to something. */
  readonly stacked: boolean;
  readonly currency: string;
  readonly language: Language;
  readonly scheme: Scheme;
}

/** Entities beside each other, each with the same few bars. */
export function sideBars({ names, series, stacked, currency, language, scheme }: SideBars): EChartsCoreOption {
  const ink = INK[scheme];
  return {
    grid: { left: 4, right: 4, top: 14, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: ink.band } },
      backgroundColor: ink.surface,
      borderColor: ink.line,
      textStyle: { color: ink.text, fontSize: 13 },
      confine: true,
      formatter: (items: readonly { readonly dataIndex: number }[]) => {
        const index = items[0]?.dataIndex ?? 0;
        const rows = series.map(({ name, amounts }, at) => {
          const amount = amounts[index] ?? null;
          const text = amount === null ? '–' : formatMoney(amount, currency, language, 0);
          return { colour: seriesColour(at, scheme), name, text };
        });
        return tooltipRows(names[index] ?? '', rows);
      },
    },
    xAxis: {
      type: 'category',
      data: [...names],
      axisTick: { show: false },
      axisLine: { lineStyle: { color: ink.line } },
      axisLabel: { color: ink.text, fontSize: 12.5, lineHeight: 16, interval: 0, width: 150, overflow: 'break' },
    },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      splitLine: { lineStyle: { color: ink.line } },
      axisLabel: {
        color: ink.soft,
        fontSize: 12,
        formatter: (value: number) => formatCompact(value, language, currency),
      },
    },
    series: series.map(({ name, amounts }, at) => ({
      type: 'bar',
      name,
      ...(stacked ? { stack: 'cost' } : {}),
      barMaxWidth: 48,
      itemStyle: { color: seriesColour(at, scheme), borderRadius: stacked ? 0 : 3 },
      data: amounts.map((amount) => (amount === null ? null : toPixelNumber(amount))),
    })),
  };
}
