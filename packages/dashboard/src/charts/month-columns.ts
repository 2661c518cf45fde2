import type { EChartsCoreOption } from 'echarts/core';
import { toPixelNumber } from '../format/decimal.ts';
import { formatMonth } from '../format/months.ts';
import { formatCompact, formatMoney, type Language } from '../format/numbers.ts';
import type { Stacked } from '../series/series.ts';
import { INK, type Scheme, seriesColour } from '../theme/palette.ts';
import { tooltipRows } from './html.ts';

interface MonthColumns {
  readonly stacked: Stacked;
  readonly names: readonly string[];
  readonly selected: string;
  readonly currency: string;
  readonly language: Language;
  readonly scheme: Scheme;
  readonly total: string;
}

/** Columns of cost by month, stacked, the selected month on a band. Pixels come from floats; every text from the decimal strings. */
export function monthColumns({
  stacked,
  names,
  selected,
  currency,
  language,
  scheme,
  total,
}: MonthColumns): EChartsCoreOption {
  const ink = INK[scheme];
  const { months, layers, totals } = stacked;
  const money = (amount: string | undefined) => formatMoney(amount ?? '0', currency, language, 0);
  const band = { xAxis: months.indexOf(selected) };
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
        const rows = layers.map((layer, at) => ({
          colour: seriesColour(at, scheme),
          name: names[at] ?? '',
          text: money(layer.costs[index]),
        }));
        const title = formatMonth(months[index] ?? selected, language);
        return tooltipRows(title, rows, { name: total, text: money(totals[index]) });
      },
    },
    xAxis: {
      type: 'category',
      data: months.map((month, index) => monthLabel(month, index, language)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: ink.line } },
      axisLabel: { color: ink.soft, fontSize: 12, lineHeight: 16, hideOverlap: true },
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
    series: layers.map((layer, at) => ({
      type: 'bar',
      name: names[at],
      stack: 'cost',
      barCategoryGap: '34%',
      barMaxWidth: 56,
      itemStyle: { color: seriesColour(at, scheme), borderColor: ink.surface, borderWidth: 0.5 },
      emphasis: { focus: 'none', itemStyle: { opacity: 0.92 } },
      data: layer.costs.map(toPixelNumber),
      ...(at === 0 && band.xAxis >= 0
        ? { markArea: { silent: true, itemStyle: { color: ink.band }, data: [[band, band]] } }
        : {}),
    })),
  };
}

/** The year stands under the first month and under each January. */
function monthLabel(month: string, index: number, language: Language): string {
  const name = formatMonth(month, language, 'name');
  return index === 0 || month.endsWith('-01') ? `${name}\n${month.slice(0, 4)}` : name;
}
