import { Title } from '@mantine/core';
import type { Bridge, BridgeRow } from '../api/types.ts';
import { compareDecimals } from '../format/decimal.ts';
import { useWords } from '../i18n/i18n.ts';
import { Amount } from '../tables/cells.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { stepsOf } from './compared.ts';
import classes from './comparison.module.css';

interface BridgeTablesProps {
  readonly title: string;
  readonly bridge: Bridge;
  readonly from: string;
  readonly to: string;
}

interface ToldLine {
  readonly name: string;
  readonly amount: string;
}

/** The waterfall in figures, and the products of one unit that volume, mix and price come from. */
export function BridgeTables({ title, bridge, from, to }: BridgeTablesProps) {
  const { t } = useWords();
  const { currency } = bridge;
  const lines: ToldLine[] = [
    { name: from, amount: bridge.side_from.cost },
    ...stepsOf(bridge).map(({ line, amount }) => ({ name: t(`bridge.${line}`), amount })),
    { name: to, amount: bridge.side_to.cost },
  ];
  return (
    <>
      <DataTable
        caption={title}
        rows={lines}
        rowKey={({ name }) => name}
        columns={[
          { id: 'line', header: t('bridge.line'), value: ({ name }) => name, cell: ({ name }) => name },
          {
            id: 'amount',
            header: t('columns.cost'),
            numeric: true,
            unit: currency,
            value: ({ amount }) => amount,
            cell: ({ amount }) => <Amount value={amount} currency={currency} />,
          },
        ]}
      />
      <Title order={3} size="h5" mt="md" mb="xs">
        {t('bridge.groups')}
      </Title>
      <GroupTable rows={bridge.rows} currency={currency} />
    </>
  );
}

function GroupTable({ rows, currency }: { readonly rows: readonly BridgeRow[]; readonly currency: string }) {
  const { t } = useWords();
  const part = (id: 'cost_from' | 'volume' | 'mix' | 'price' | 'new' | 'ended' | 'cost_to', header: string) =>
    ({
      id,
      header,
      numeric: true,
      unit: currency,
      order: (a, b) => compareDecimals(a[id], b[id]),
      value: (row) => row[id],
      cell: (row) => <Amount value={row[id]} currency={currency} />,
    }) satisfies Column<BridgeRow>;
  return (
    <DataTable
      caption={t('bridge.groups')}
      rows={rows}
      rowKey={({ domain, family, unit }) => JSON.stringify([domain, family, unit])}
      columns={[
        {
          id: 'group',
          header: t('bridge.group'),
          order: (a, b) => a.label.localeCompare(b.label),
          value: ({ label, unit }) => `${label} (${unit})`,
          cell: ({ label, unit }) => (
            <>
              {label}
              <span className={classes.code}>{unit}</span>
            </>
          ),
        },
        part('cost_from', t('columns.before')),
        part('volume', t('bridge.volume')),
        part('mix', t('bridge.mix')),
        part('price', t('bridge.price')),
        part('new', t('bridge.new')),
        part('ended', t('bridge.ended')),
        part('cost_to', t('columns.after')),
      ]}
    />
  );
}
