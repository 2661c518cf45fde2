import { useQuery } from '@tanstack/react-query';
import { priceSetsQuery, pricesQuery, pricingViewsQuery } from '../api/governance-queries.ts';
import type { ComparedPrice, PriceSet, PricingView } from '../api/types.ts';
import { compareNullable } from '../format/decimal.ts';
import { formatMoment, formatMonth } from '../format/months.ts';
import { formatPrice } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { useSelected } from '../selection/use-selected.ts';
import { Answered } from '../shell/Answered.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { ImportPrices } from './ImportPrices.tsx';
import { textColumn } from './text-column.tsx';

/** At which prices entities value what they consume, and at which the group can value them all alike. */
export function Prices({ choice }: { readonly choice: Choice }) {
  const { t, language } = useWords();
  const views = useQuery(pricingViewsQuery);
  const prices = useQuery(pricesQuery(choice.month, choice.currency));
  const sets = useQuery(priceSetsQuery);
  const month = formatMonth(choice.month, language);
  const isEmpty = ({ rows }: { readonly rows: readonly unknown[] }) => rows.length === 0;
  return (
    <>
      <Answered title={t('governance.views')} query={views} nothing={t('governance.noViews')} isEmpty={isEmpty}>
        {({ rows }) => <ViewTable rows={rows} />}
      </Answered>
      <Answered
        title={t('governance.prices', { month })}
        query={prices}
        nothing={t('governance.noPrices')}
        isEmpty={isEmpty}
      >
        {({ rows }) => (
          <PriceTable rows={rows} currency={choice.currency} caption={t('governance.prices', { month })} />
        )}
      </Answered>
      <Answered
        title={t('governance.priceSets')}
        note={t('governance.priceSetsNote')}
        actions={<ImportPrices />}
        query={sets}
        nothing={t('governance.noPriceSets')}
        isEmpty={isEmpty}
      >
        {({ rows }) => <SetTable rows={rows} />}
      </Answered>
    </>
  );
}

function ViewTable({ rows }: { readonly rows: readonly PricingView[] }) {
  const { t, language } = useWords();
  const { nameOf } = useSelected();
  const month = (value: string) => formatMonth(value, language, 'short');
  const columns: Column<PricingView>[] = [
    textColumn('entity', t('columns.entity'), ({ entity }) => nameOf('entity', entity)),
    textColumn('view', t('governance.view'), ({ view_code }) => view_code),
    textColumn('version', t('governance.version'), ({ view_version }) => String(view_version), { numeric: true }),
    textColumn('first', t('selection.from'), ({ first_month }) => month(first_month), { wideOnly: true }),
    textColumn('last', t('selection.to'), ({ last_month }) => month(last_month), { wideOnly: true }),
    textColumn('products', t('governance.productCount'), ({ products }) => String(products), { numeric: true }),
  ];
  return (
    <DataTable
      caption={t('governance.views')}
      rows={rows}
      columns={columns}
      rowKey={({ entity, view_code, view_version }) => `${entity} ${view_code} ${view_version}`}
    />
  );
}

interface PriceTableProps {
  readonly rows: readonly ComparedPrice[];
  readonly currency: string;
  readonly caption: string;
}

function PriceTable({ rows, currency, caption }: PriceTableProps) {
  const { t, language } = useWords();
  const { nameOf } = useSelected();
  const money = (value: string | null, of: string | null) =>
    value === null || of === null ? (
      <span className="soft">{t('states.noValue')}</span>
    ) : (
      <span className="figure" title={`${value} ${of}`}>
        {formatPrice(value, of, language)}
      </span>
    );
  const columns: Column<ComparedPrice>[] = [
    textColumn('product', t('columns.product'), ({ label }) => label),
    textColumn('unit', t('columns.unit'), ({ unit }) => unit, { wideOnly: true }),
    textColumn('entity', t('columns.entity'), ({ entity }) => nameOf('entity', entity)),
    {
      id: 'local',
      header: t('governance.price'),
      numeric: true,
      wideOnly: true,
      value: (row) => `${row.unit_price} ${row.currency}`,
      cell: (row) => money(row.unit_price, row.currency),
    },
    {
      id: 'converted',
      header: t('governance.converted', { currency }),
      numeric: true,
      value: ({ converted }) => converted,
      order: (a, b) => compareNullable(a.converted, b.converted),
      cell: ({ converted }) => money(converted, currency),
    },
  ];
  return (
    <DataTable
      caption={caption}
      rows={rows}
      columns={columns}
      rowKey={(row) =>
        JSON.stringify([row.entity, row.product, row.unit, row.currency, row.view_code, row.view_version])
      }
    />
  );
}

function SetTable({ rows }: { readonly rows: readonly PriceSet[] }) {
  const { t, language } = useWords();
  const columns: Column<PriceSet>[] = [
    textColumn('name', t('governance.view'), ({ name }) => name),
    textColumn('set', t('governance.set'), ({ price_set }) => String(price_set), { numeric: true }),
    textColumn('source', t('governance.source'), ({ source }) => source, { wideOnly: true }),
    textColumn('products', t('governance.productCount'), ({ products }) => String(products), { numeric: true }),
    {
      ...textColumn<PriceSet>('imported', t('governance.importedAt'), ({ imported_at }) => imported_at),
      numeric: true,
      cell: ({ imported_at }) => formatMoment(imported_at, language),
    },
  ];
  return (
    <DataTable
      caption={t('governance.priceSets')}
      rows={rows}
      columns={columns}
      rowKey={({ price_set }) => String(price_set)}
    />
  );
}
