import { MultiSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { entitiesQuery } from '../api/queries.ts';
import { Flags } from '../flags/Flags.tsx';
import { useWords } from '../i18n/i18n.ts';
import { ChosenPage } from '../selection/ChosenPage.tsx';
import type { Choice } from '../selection/choice.ts';
import { useSelected } from '../selection/use-selected.ts';
import { Afterwards } from '../shell/Afterwards.tsx';
import { Failure, Nothing, Waiting } from '../shell/states.tsx';
import layout from '../theme/layout.module.css';
import { BridgeFigure } from './BridgeFigure.tsx';
import { comparedEntities, MOST_COMPARED } from './compared.ts';
import classes from './comparison.module.css';
import { ReferencePrices } from './ReferencePrices.tsx';
import { SideBySide } from './SideBySide.tsx';
import { UnitCosts } from './UnitCosts.tsx';

/** Two to six entities beside each other: what they cost, what they pay for the same unit, and why they differ. */
export function ComparisonPage() {
  const { t } = useWords();
  return (
    <ChosenPage
      title={t('comparison.title')}
      lead={t('comparison.lead')}
      parts={['month', 'amounts', 'filters']}
      fixed={['entity']}
    >
      {(choice) => <Compared choice={choice} />}
    </ChosenPage>
  );
}

function Compared({ choice }: { readonly choice: Choice }) {
  const { t } = useWords();
  const { available, change } = useSelected();
  const month = { ...choice, from: choice.month, to: choice.month };
  const { data, error, isPending, refetch } = useQuery(entitiesQuery({ ...month, entity: [] }));
  const ranked = useMemo(() => data?.rows.map(({ entity }) => entity) ?? [], [data]);
  const codes = comparedEntities(choice.entity, ranked);
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting height={420} />;
  const asked = { ...month, entity: codes };
  return (
    <div className={layout.page}>
      <MultiSelect
        className={`${classes.entities} screen-only`}
        label={t('comparison.entities')}
        description={t('comparison.entitiesHint', { count: MOST_COMPARED })}
        data={available.entities.map(({ code: value, label }) => ({ value, label: `${value} · ${label}` }))}
        value={[...codes]}
        onChange={(entity) => change({ entity })}
        maxValues={MOST_COMPARED}
        nothingFoundMessage={t('selection.noMatch')}
        openOnFocus={false}
        searchable
      />
      {codes.length < 2 ? (
        <Nothing why={t('comparison.tooFew')} />
      ) : (
        <>
          <Flags choice={asked} />
          <SideBySide asked={asked} />
          <Afterwards height={420}>
            <ReferencePrices asked={asked} />
          </Afterwards>
          <Afterwards height={420}>
            <BridgeFigure asked={asked} />
          </Afterwards>
          <Afterwards height={420}>
            <UnitCosts asked={asked} />
          </Afterwards>
        </>
      )}
    </div>
  );
}
