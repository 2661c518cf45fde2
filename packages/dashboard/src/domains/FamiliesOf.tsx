import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import { familiesQuery } from '../api/queries.ts';
import type { FamilyRow } from '../api/types.ts';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { NAME_LINK, NameAndCode, RankedTable } from '../rankings/RankedTable.tsx';
import type { Choice } from '../selection/choice.ts';
import { changed } from '../selection/selection.ts';
import { Panel } from '../shell/Panel.tsx';
import { Failure, Waiting } from '../shell/states.tsx';

/** The families of a domain; each narrows the page to its products. */
export function FamiliesOf({ choice }: { readonly choice: Choice }) {
  const { t, language } = useWords();
  const heading = useId();
  const { data, error, isPending, refetch } = useQuery(
    familiesQuery({ ...choice, from: choice.month, to: choice.month }),
  );
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting height={260} />;
  // Families are optional in the data contract: a domain without any has nothing to say here.
  if (data.rows.every(({ family }) => family === null)) return null;
  const caption = t('domains.families', { month: formatMonth(choice.month, language) });
  const nameOf = ({ family, label }: FamilyRow) => (family === null ? t('domains.noFamily') : label);
  return (
    <Panel aria-labelledby={heading}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {caption}
      </Title>
      <RankedTable
        narrow
        caption={caption}
        header={t('columns.family')}
        rows={data.rows}
        rowKey={({ family }) => family ?? ''}
        nameOf={nameOf}
        cell={(row) => {
          const { family } = row;
          if (family === null) return nameOf(row);
          return (
            <Link
              to="."
              search={(before) => changed(before, { family: [family] })}
              resetScroll={false}
              className={NAME_LINK}
            >
              <NameAndCode name={nameOf(row)} code={family} />
            </Link>
          );
        }}
        total={{ cost: data.total.cost, currency: data.currency }}
      />
    </Panel>
  );
}
