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
  const foot = footOf(falls);
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
      axisLabel: { color: ink.soft, fontSize: 12, lineHeight: 15, interval: 0, width: 92, overflow: 'break' },
    },
    yAxis: {
      type: 'value',
      min: Math.min(0, foot),
      splitNumber: 4,
      // Bars stand on nothing; what is left out between it and the steps is a zigzag across all of them.
      breaks: foot > 0 ? [{ start: 0, end: foot, gap: '7%' }] : [],
      breakArea: {
        expandOnClick: false,
        zigzagAmplitude: 4,
        itemStyle: { color: ink.surface, borderColor: ink.soft, opacity: 1 },
      },
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
          const end = toPixelNumber(fall.end);
          const start = fall.whole ? 0 : toPixelNumber(fall.start);
          const colour = colourOf(fall);
          return {
            value: [start, end, Math.min(start, end), Math.max(start, end)],
            itemStyle: { color: colour, color0: colour, borderColor: colour, borderColor0: colour },
          };
        }),
      },
      {
        // Carries the amounts above the bars: a candle has no label.
        type: 'bar',
        silent: true,
        itemStyle: { color: 'transparent' },
        label: {
          show: true,
          position: 'top',
          color: ink.text,
          fontSize: 12,
          formatter: ({ dataIndex }: { readonly dataIndex: number }) => labelOf(falls[dataIndex], currency, language),
        },
        data: falls.map(({ start, end }) => Math.max(toPixelNumber(start), toPixelNumber(end))),
      },
    ],
  };
}

/** Below this part of the greatest height nothing happens in most waterfalls, and the steps would be hairlines. */
const HIGH = 0.5;

/**
 * Up to where the axis leaves heights out: nothing, unless every step happens high above it. Then the heights up to below the lowest one,
 * by as much as the steps are high together, are left out: marked on the axis, said in words, and the wholes carry their amounts.
 */
export function footOf(falls: readonly Fall[]): number {
  const heights = falls.flatMap(({ start, end, whole }) => (whole ? [end] : [start, end])).map(toPixelNumber);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  if (low < high * HIGH || high <= 0) return Math.min(0, low);
  const room = Math.max(high - low, high / 100);
  const step = 10 ** Math.floor(Math.log10(room));
  return Math.max(0, Math.floor((low - room) / step) * step);
}

/** The amount above a bar, short, with a sign where it is a step. */
function labelOf(fall: Fall | undefined, currency: string, language: Language): string {
  if (fall === undefined) return '';
  const text = formatCompact(toPixelNumber(fall.amount), language, currency);
  return fall.whole || fall.amount.startsWith('-') ? text : `+${text}`;
}
