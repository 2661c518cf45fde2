import { Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { MOST_ROWS, productsQuery, reportCsv } from '../api/queries.ts';
import type { ProductRow } from '../api/types.ts';
import { Quantity, Unit } from '../drilldown/measured.tsx';
import { formatMonth } from '../format/months.ts';
import { formatQuantity } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import { RankedTable } from '../rankings/RankedTable.tsx';
import type { Choice } from '../selection/choice.ts';
import { Panel } from '../shell/Panel.tsx';
import { Failure, NothingSelected, Waiting } from '../shell/states.tsx';

/** What is bought in a domain, each product in its unit. */
export function ProductsOf({ choice }: { readonly choice: Choice }) {
  const { t, language } = useWords();
  const heading = useId();
  const month = { ...choice, from: choice.month, to: choice.month };
  const { data, error, isPending, refetch } = useQuery(productsQuery(month, MOST_ROWS));
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting height={260} />;
  const caption = t('domains.products', { month: formatMonth(choice.month, language) });
  const nameOf = ({ product, label }: ProductRow) => (product === null ? t('drilldown.noProduct') : label);
  return (
    <Panel aria-labelledby={heading}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {caption}
      </Title>
      {data.rows.length === 0 ? (
        <NothingSelected />
      ) : (
        <RankedTable
          narrow
          caption={caption}
          header={t('columns.product')}
          rows={data.rows}
          rowKey={({ product, unit }) => `${product ?? ''} ${unit}`}
          nameOf={nameOf}
          cell={nameOf}
          more={[
            {
              id: 'quantity',
              header: t('columns.quantity'),
              numeric: true,
              value: ({ quantity }) => quantity,
              cell: ({ quantity }) => <Quantity value={quantity} />,
            },
            {
              id: 'unit',
              header: t('columns.unit'),
              wideOnly: true,
              value: ({ unit }) => unit,
              cell: ({ unit }) => <Unit name={unit} />,
            },
          ]}
          total={{ cost: data.total.cost, currency: data.currency }}
          csv={data.row_count > data.rows.length ? reportCsv('products', month) : undefined}
        />
      )}
      {data.row_count > data.rows.length && (
        <Text size="sm" className="soft" mt="xs">
          {t('drilldown.only', { count: data.rows.length, total: formatQuantity(String(data.row_count), language) })}
        </Text>
      )}
    </Panel>
  );
}
