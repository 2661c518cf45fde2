import { Button, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { unitCostsCsv, unitCostsQuery } from '../api/analysis-queries.ts';
import type { UnitCostRow } from '../api/types.ts';
import { compareNullable } from '../format/decimal.ts';
import { formatMonth } from '../format/months.ts';
import { formatChange, formatPrice } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { useSelected } from '../selection/use-selected.ts';
import { Panel } from '../shell/Panel.tsx';
import { Failure, Nothing, Waiting } from '../shell/states.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import classes from './comparison.module.css';

/** What each entity pays for one unit of the same product, and how far that is from what all pay together. */
export function UnitCosts({ asked }: { readonly asked: Choice }) {
  const { t, language } = useWords();
  const heading = useId();
  const { selection, nameOf } = useSelected();
  const found = useInfiniteQuery(unitCostsQuery(asked, selection.reference));
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = found;
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting height={260} />;
  const rows = data.pages.flatMap((page) => page.rows);
  const title = t('comparison.units', { month: formatMonth(asked.month, language) });
  const price = (value: string | null) =>
    value === null ? (
      <span className="soft">{t('states.noValue')}</span>
    ) : (
      <Price value={value} currency={asked.currency} />
    );
  const columns: Column<UnitCostRow>[] = [
    {
      id: 'product',
      header: t('columns.product'),
      order: (a, b) => a.label.localeCompare(b.label),
      cell: ({ label, unit }) => (
        <>
          {label}
          <span className={classes.code}>{unit}</span>
        </>
      ),
    },
    {
      id: 'average',
      header: t('comparison.averagePrice'),
      numeric: true,
      order: (a, b) => compareNullable(a.average_unit_cost, b.average_unit_cost),
      cell: ({ average_unit_cost }) => price(average_unit_cost),
    },
    ...(selection.reference === undefined
      ? []
      : [
          {
            id: 'reference',
            header: t('comparison.referencePrice'),
            numeric: true,
            cell: ({ reference_price }: UnitCostRow) => price(reference_price),
          },
        ]),
    ...asked.entity.map(
      (code): Column<UnitCostRow> => ({
        id: `entity ${code}`,
        header: nameOf('entity', code),
        numeric: true,
        order: (a, b) => compareNullable(costIn(a, code)?.unit_cost ?? null, costIn(b, code)?.unit_cost ?? null),
        cell: (row) => {
          const of = costIn(row, code);
          const distance = selection.reference === undefined ? of?.distance : of?.distance_reference;
          return (
            <span className={classes.pair}>
              {price(of?.unit_cost ?? null)}
              {distance == null ? null : (
                <span className={`soft ${classes.small}`}>{formatChange(distance, language)}</span>
              )}
            </span>
          );
        },
      }),
    ),
  ];
  return (
    <Panel aria-labelledby={heading}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {title}
      </Title>
      <p className="note">{t('comparison.unitsNote')}</p>
      {rows.length === 0 ? (
        <Nothing why={t('comparison.noUnits')} />
      ) : (
        <DataTable
          caption={title}
          rows={rows}
          columns={columns}
          rowKey={({ domain, family, product, unit }) => JSON.stringify([domain, family, product, unit])}
          csv={unitCostsCsv(asked, selection.reference)}
        />
      )}
      {hasNextPage && (
        <Button variant="default" size="xs" mt="xs" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('table.more')}
        </Button>
      )}
    </Panel>
  );
}

function costIn({ entities }: UnitCostRow, code: string): UnitCostRow['entities'][number] | undefined {
  return entities.find(({ entity }) => entity === code);
}

export function Price({ value, currency }: { readonly value: string; readonly currency: string }) {
  const { language } = useWords();
  return (
    <span className="figure" title={`${value} ${currency}`}>
      {formatPrice(value, currency, language)}
    </span>
  );
}
