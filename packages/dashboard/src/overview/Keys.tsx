import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { completenessQuery, monthsQuery } from '../api/queries.ts';
import { addDecimals, ratioOf } from '../format/decimal.ts';
import { addMonths, formatMonth } from '../format/months.ts';
import { formatMoney, formatShare } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { Change } from '../tables/cells.tsx';
import classes from './overview.module.css';

/** The four figures that a reader takes away. */
export function Keys({ choice }: { readonly choice: Choice }) {
  const { t, language } = useWords();
  const month = formatMonth(choice.month, language);
  const before = formatMonth(addMonths(choice.month, -1), language);
  const months = useQuery(monthsQuery(choice));
  const row = months.data?.rows.find(({ period_month }) => period_month === choice.month);
  const cost = row?.cost ?? (months.data === undefined ? undefined : null);
  const money = (amount: string) => formatMoney(amount, choice.currency, language, 0);
  return (
    <dl className={classes.keys}>
      <Key first label={t('overview.total', { month })} waiting={cost === undefined}>
        <dd className={classes.value} title={cost ?? ''}>
          {cost == null ? t('states.noValue') : money(cost)}
        </dd>
        <dd className={classes.note}>
          {t(`measure.${choice.measure}`)}
          {choice.withoutTax ? ` · ${t('selection.withoutTax')}` : ''}
        </dd>
      </Key>
      <Key label={t('overview.change', { month: before })} waiting={cost === undefined}>
        <dd className={classes.value}>
          <Change value={row?.change ?? null} />
        </dd>
        <dd className={classes.note}>
          {row?.previous_cost == null || cost == null
            ? t('overview.noChange')
            : t('overview.changeFromTo', { before: money(row.previous_cost), after: money(cost) })}
        </dd>
      </Key>
      <PublishedKey choice={choice} />
      <IndirectKey choice={choice} cost={cost} />
    </dl>
  );
}

function PublishedKey({ choice }: { readonly choice: Choice }) {
  const { t } = useWords();
  const { data } = useQuery(completenessQuery({ from: choice.month, to: choice.month, entity: choice.entity }));
  const missing = data?.rows.filter(({ status }) => status === 'MISSING').map(({ label }) => label) ?? [];
  return (
    <Key label={t('overview.published')} waiting={data === undefined}>
      <dd className={classes.value}>
        {t('overview.publishedOf', { count: data?.published ?? 0, total: data?.expected ?? 0 })}
      </dd>
      <dd className={classes.note}>
        {missing.length === 0
          ? t('overview.publishedAll')
          : t('overview.publishedMissing', { entities: missing.join(', ') })}
      </dd>
    </Key>
  );
}

function IndirectKey({ choice, cost }: { readonly choice: Choice; readonly cost: string | null | undefined }) {
  const { t, language } = useWords();
  const month = { ...choice, from: choice.month, to: choice.month };
  const { data } = useQuery(monthsQuery(month, 'INDIRECT'));
  const indirect = data === undefined ? undefined : addDecimals(...data.rows.map((row) => row.cost ?? '0'));
  const share = indirect === undefined || cost == null ? null : ratioOf(indirect, cost);
  return (
    <Key label={t('overview.indirect')} waiting={indirect === undefined || cost === undefined}>
      <dd className={classes.value}>{share === null ? t('states.noValue') : formatShare(share, language)}</dd>
      <dd className={classes.note}>{t('overview.indirectHint')}</dd>
    </Key>
  );
}

interface KeyProps {
  readonly label: string;
  readonly waiting: boolean;
  readonly first?: boolean;
  readonly children: ReactNode;
}

function Key({ label, waiting, first, children }: KeyProps) {
  return (
    <div className={first === true ? `${classes.key} ${classes.first}` : classes.key} aria-busy={waiting}>
      <dt>{label}</dt>
      {waiting ? (
        <dd>
          <Skeleton height={32} width="70%" my={4} />
          <Skeleton height={12} width="90%" />
        </dd>
      ) : (
        children
      )}
    </div>
  );
}
