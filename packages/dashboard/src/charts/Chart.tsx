import { Skeleton, Text } from '@mantine/core';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { useEffect, useRef, useState } from 'react';
import { useWords } from '../i18n/i18n.ts';
import { usePrinting } from '../theme/scheme.ts';

export interface ChartClick {
  readonly dataIndex: number;
  readonly seriesIndex: number;
  readonly name: string;
}

/** Pixels that fit between the margins of an A4 sheet. */
const PAPER_WIDTH = 680;

interface ChartProps {
  readonly option: EChartsCoreOption;
  /** What a reader who does not see the chart needs to know; the table beside it has the figures. */
  readonly label: string;
  readonly height: number;
  readonly onSelect?: (click: ChartClick) => void;
  /** Selects by position along the category axis, wherever in the column the pointer is. */
  readonly onColumn?: (index: number) => void;
  /** Selects by position down the category axis of a bar chart. */
  readonly onRow?: (index: number) => void;
}

/** A drawing by ECharts, loaded when it is first needed. It has one role for assistive technology: an image with a text. */
export function Chart({ option, label, height, onSelect, onColumn, onRow }: ChartProps) {
  const { t } = useWords();
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const current = useRef({ option, onSelect, onColumn, onRow });
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading');
  current.current = { option, onSelect, onColumn, onRow };

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    let gone = false;
    const resize = new ResizeObserver(() => chart.current?.resize());
    import('./engine.ts').then(
      async ({ init }) => {
        // Reading the library and drawing with it are two steps, between which the page answers its reader.
        await breath();
        if (gone) return;
        const made = init(element, null, { renderer: 'svg' });
        chart.current = made;
        listen(made, current);
        made.setOption(withMotion(current.current.option), { notMerge: true });
        resize.observe(element);
        setState('ready');
      },
      () => setState('failed'),
    );
    return () => {
      gone = true;
      resize.disconnect();
      chart.current?.dispose();
      chart.current = undefined;
    };
  }, []);

  const printing = usePrinting();
  useEffect(() => {
    chart.current?.resize(printing ? { width: PAPER_WIDTH, silent: true } : { width: 'auto', silent: true });
  }, [printing]);

  useEffect(() => {
    chart.current?.setOption(withMotion(option), { notMerge: true });
  }, [option]);

  return (
    <div style={{ position: 'relative', height }}>
      {state === 'loading' && <Skeleton height={height} radius="md" style={{ position: 'absolute', inset: 0 }} />}
      {state === 'failed' && <Text className="soft">{t('chart.unavailable')}</Text>}
      <div
        ref={host}
        role="img"
        aria-label={label}
        style={{ height, width: '100%', cursor: onSelect || onColumn || onRow ? 'pointer' : 'default' }}
      />
    </div>
  );
}

interface Listeners {
  readonly onSelect: ChartProps['onSelect'] | undefined;
  readonly onColumn: ChartProps['onColumn'] | undefined;
  readonly onRow: ChartProps['onRow'] | undefined;
}

function listen(chart: EChartsType, current: { readonly current: Listeners }): void {
  chart.on('click', ({ dataIndex, seriesIndex, name }) => {
    current.current.onSelect?.({ dataIndex, seriesIndex: seriesIndex ?? 0, name });
  });
  chart.getZr().on('click', ({ offsetX, offsetY }) => {
    const { onColumn, onRow } = current.current;
    if ((onColumn ?? onRow) === undefined || !chart.containPixel('grid', [offsetX, offsetY])) return;
    const [x, y] = chart.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY]) as unknown as readonly number[];
    if (x !== undefined) onColumn?.(Math.round(x));
    if (y !== undefined) onRow?.(Math.round(y));
  });
}

/** Lets whatever waits go first: a click, a key, the paint of the figures. */
function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function withMotion(option: EChartsCoreOption): EChartsCoreOption {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  return { animationDuration: 350, animationDurationUpdate: 250, ...option, ...(calm ? { animation: false } : {}) };
}
