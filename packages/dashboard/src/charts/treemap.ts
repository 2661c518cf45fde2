import type { EChartsCoreOption } from 'echarts/core';
import { toPixelNumber } from '../format/decimal.ts';
import { formatMoney, formatShare, type Language } from '../format/numbers.ts';
import { INK, inkOn, type Scheme, seriesColour } from '../theme/palette.ts';
import { tooltipRows } from './html.ts';

export interface Part {
  readonly key: string;
  readonly name: string;
  /** What stands in the area: names that begin alike are cut where they begin to differ. */
  readonly label: string;
  readonly cost: string;
  readonly share: string | null;
}

/** Areas smaller than this many are no longer told apart. */
export const MOST_AREAS = 40;

interface Treemap {
  readonly parts: readonly Part[];
  readonly currency: string;
  readonly language: Language;
  readonly scheme: Scheme;
  readonly measure: string;
}

/** Parts of a whole as areas, greatest first. Only positive costs have an area; the caller says how many have none. */
export function treemap({ parts, currency, language, scheme, measure }: Treemap): EChartsCoreOption {
  const ink = INK[scheme];
  return {
    tooltip: {
      backgroundColor: ink.surface,
      borderColor: ink.line,
      textStyle: { color: ink.text, fontSize: 13 },
      confine: true,
      formatter: ({ dataIndex }: { readonly dataIndex: number }) => {
        // The invisible root of the treemap is item 0.
        const index = dataIndex - 1;
        const part = parts[index];
        if (part === undefined) return '';
        const row = {
          colour: seriesColour(index, scheme),
          name: measure,
          text: formatMoney(part.cost, currency, language),
        };
        return tooltipRows(part.name, [row]);
      },
    },
    series: [
      {
        type: 'treemap',
        left: 0,
        right: 0,
        top: 0,
        bottom: 0,
        roam: false,
        nodeClick: false,
        breadcrumb: { show: false },
        itemStyle: { borderColor: ink.surface, borderWidth: 0, gapWidth: 2, borderRadius: 4 },
        data: parts.map((part, index) => ({
          name: part.name,
          value: toPixelNumber(part.cost),
          itemStyle: { color: seriesColour(index, scheme) },
          label: {
            color: inkOn(seriesColour(index, scheme)),
            formatter: part.share === null ? part.label : `${part.label}\n${formatShare(part.share, language)}`,
            fontSize: 12.5,
            lineHeight: 17,
            overflow: 'truncate',
            ellipsis: '…',
          },
        })),
      },
    ],
  };
}
