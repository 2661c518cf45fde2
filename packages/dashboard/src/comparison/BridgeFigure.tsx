import { NativeSelect, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { bridgeQuery, type Sides } from '../api/analysis-queries.ts';
import { Chart } from '../charts/Chart.tsx';
import { Figure } from '../charts/Figure.tsx';
import { type Fall, footOf, waterfall } from '../charts/waterfall.ts';
import { addMonths, formatMonth } from '../format/months.ts';
import { formatCompact, formatMoney } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { useSelected } from '../selection/use-selected.ts';
import { Failure, Waiting } from '../shell/states.tsx';
import { useScheme } from '../theme/scheme.ts';
import { BridgeTables } from './BridgeTables.tsx';
import { stepsOf } from './compared.ts';
import classes from './comparison.module.css';

const HEIGHT = 320;

/** Why two months, or two entities, cost differently: how much of it is volume, mix and price, and what no quantity explains. */
export function BridgeFigure({ asked }: { readonly asked: Choice }) {
  const { t, language } = useWords();
  const scheme = useScheme();
  const { nameOf } = useSelected();
  const sides = useSides(asked);
  const { data, error, isPending, refetch } = useQuery(bridgeQuery(asked, sides));
  const nameSide = (code: string) =>
    sides.between === 'months' ? formatMonth(code, language) : nameOf('entity', code);
  const [from, to] = [nameSide(sides.from), nameSide(sides.to)];
  const { option, foot } = useMemo(() => {
    const whole = (name: string, cost: string): Fall => ({ name, start: '0', end: cost, amount: cost, whole: true });
    const steps = data === undefined ? [] : stepsOf(data);
    const falls = [
      whole(from, data?.side_from.cost ?? '0'),
      ...steps.map(({ line, ...step }) => ({ name: t(`bridge.${line}`), ...step, whole: false })),
      whole(to, data?.side_to.cost ?? '0'),
    ];
    return { option: waterfall({ falls, currency: asked.currency, language, scheme }), foot: footOf(falls) };
  }, [data, from, to, t, asked.currency, language, scheme]);
  const title = t('bridge.title', { from, to });
  if (isPending) return <Waiting height={HEIGHT + 80} />;
  const controls = <Controls asked={asked} sides={sides} />;
  if (error !== null) {
    return (
      <div>
        {controls}
        <Failure error={error} retry={() => void refetch()} />
      </div>
    );
  }
  const money = (amount: string) => formatMoney(amount, asked.currency, language, 0);
  const told = stepsOf(data).map(({ line, amount }) => `${t(`bridge.${line}`)} ${money(amount)}`);
  const costs = { costFrom: money(data.side_from.cost), costTo: money(data.side_to.cost) };
  return (
    <Figure
      id="bridge"
      title={title}
      chart={
        <>
          {controls}
          <Chart
            option={option}
            label={t('bridge.alt', { from, to, ...costs, lines: told.join('; ') })}
            height={HEIGHT}
          />
          {foot > 0 && (
            <p className="note">{t('bridge.cut', { foot: formatCompact(foot, language, asked.currency) })}</p>
          )}
          <p className="note">{t('bridge.note')}</p>
          {data.exchange_unknown.length > 0 && (
            <p className="note">{t('bridge.exchangeUnknown', { list: data.exchange_unknown.join(', ') })}</p>
          )}
        </>
      }
      table={
        <>
          {controls}
          <BridgeTables title={title} bridge={data} from={from} to={to} />
        </>
      }
    />
  );
}

/** The sides that the address names, else the month before, else the first two entities. */
function useSides(asked: Choice): Sides {
  const { selection } = useSelected();
  if (selection.bridge !== 'entities') {
    return { between: 'months', from: selection.base ?? addMonths(asked.month, -1), to: asked.month };
  }
  const pair = (selection.pair ?? []).filter((code) => asked.entity.includes(code));
  const [from = '', to = ''] = pair.length === 2 ? pair : asked.entity;
  return { between: 'entities', from, to };
}

function Controls({ asked, sides }: { readonly asked: Choice; readonly sides: Sides }) {
  const { t, language } = useWords();
  const { months, nameOf, change } = useSelected();
  const entities = asked.entity.map((value) => ({ value, label: nameOf('entity', value) }));
  const others = (code: string) => entities.filter(({ value }) => value !== code);
  const known = months.includes(sides.from) ? months : [sides.from, ...months];
  return (
    <div className={`${classes.choices} screen-only`}>
      <SegmentedControl
        size="xs"
        aria-label={t('bridge.between')}
        value={sides.between}
        onChange={(value) => change({ bridge: value === 'entities' ? 'entities' : undefined })}
        data={[
          { value: 'months', label: t('bridge.months') },
          { value: 'entities', label: t('bridge.entities') },
        ]}
      />
      {sides.between === 'months' ? (
        <NativeSelect
          size="xs"
          aria-label={t('bridge.base')}
          value={sides.from}
          data={known
            .filter((month) => month !== sides.to)
            .map((value) => ({ value, label: formatMonth(value, language, 'short') }))}
          onChange={(event) => change({ base: event.currentTarget.value })}
        />
      ) : (
        <>
          <NativeSelect
            size="xs"
            aria-label={t('bridge.from')}
            value={sides.from}
            data={others(sides.to)}
            onChange={(event) => change({ pair: [event.currentTarget.value, sides.to] })}
          />
          <NativeSelect
            size="xs"
            aria-label={t('bridge.to')}
            value={sides.to}
            data={others(sides.from)}
            onChange={(event) => change({ pair: [sides.from, event.currentTarget.value] })}
          />
        </>
      )}
    </div>
  );
}
