import type { EChartsCoreOption } from 'echarts/core';
import { compareDecimals, toPixelNumber } from '../format/decimal.ts';
import { formatCompact, formatMoney, type Language } from '../format/numbers.ts';
import { INK, type Scheme, seriesColour } from '../theme/palette.ts';
import { tooltipRows } from './html.ts';

/** A bar of the waterfall: from one height to another; a whole stands on the ground. */
export interface Fall {
  readonly name: string;
  readonly start: string;
  readonly end: string;
  /** What the bar is about: the whole, or the step with its sign. */
  readonly amount: string;
  readonly whole: boolean;
}

interface Waterfall {
  readonly falls: readonly Fall[];
  readonly currency: string;
  readonly language: Language;
  readonly scheme: Scheme;
}

/** More cost is warm, less is green, as everywhere; the sign stands in the label. */
const TONES = {
  light: { up: '#c2542b', down: '#3b8552' },
  dark: { up: '#e08563', down: '#7fbf90' },
} as const;

/** Bars that hang between two heights, so that the eye walks from one cost to the other. */
export function waterfall({ falls, currency, language, scheme }: Waterfall): EChartsCoreOption {
  const ink = INK[scheme];
  const colourOf = ({ whole, amount }: Fall) =>
    whole ? seriesColour(0, scheme) : TONES[scheme][compareDecimals(amount, '0') < 0 ? 'down' : 'up'];
  const money = (amount: string) => formatMoney(amount, currency, language, 0);
  return {
    grid: { left: 4, right: 4, top: 26, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: ink.band } },
      backgroundColor: ink.surface,
      borderColor: ink.line,
      textStyle: { color: ink.text, fontSize: 13 },
      confine: true,
      formatter: (items: readonly { readonly dataIndex: number }[]) => {
        const fall = falls[items[0]?.dataIndex ?? 0];
        if (fall === undefined) return '';
        return tooltipRows(fall.name, [{ colour: colourOf(fall), name: fall.name, text: money(fall.amount) }]);
      },
    },
    xAxis: {
      type: 'category',
      data: falls.map(({ name }) => name),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: ink.line } },
      axisLabel: { color: ink.soft, fontSize: 12, interval: 0, width: 84, overflow: 'break' },
    },
    yAxis: {
      type: 'value',
      // A difference of a few per cent has to be seen beside the whole it is part of.
      scale: true,
      splitNumber: 4,
      splitLine: { lineStyle: { color: ink.line } },
      axisLabel: {
        color: ink.soft,
        fontSize: 12,
        formatter: (value: number) => formatCompact(value, language, currency),
      },
    },
    series: [
      {
        // A candle is a bar between two values, negative ones too.
        type: 'candlestick',
        barMaxWidth: 52,
        data: falls.map((fall) => {
          const [start, end] = [toPixelNumber(fall.start), toPixelNumber(fall.end)];
          const colour = colourOf(fall);
          return {
            value: [start, end, Math.min(start, end), Math.max(start, end)],
            itemStyle: { color: colour, color0: colour, borderColor: colour, borderColor0: colour },
          };
        }),
      },
    ],
  };
}
