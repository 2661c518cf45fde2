import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import { completenessQuery } from '../api/queries.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { SelectionBar } from '../selection/SelectionBar.tsx';
import { useSelected } from '../selection/use-selected.ts';
import { PageHead } from '../shell/PageHead.tsx';
import { Panel } from '../shell/Panel.tsx';
import { Failure, Nothing, Waiting } from '../shell/states.tsx';
import { PublicationDrawer } from './PublicationDrawer.tsx';
import { PublicationGrid } from './PublicationGrid.tsx';
import classes from './publications.module.css';
import { Refusals } from './Refusals.tsx';
import { STATES, StateMark } from './StateMark.tsx';
import { linesOf } from './states.ts';

/** Which entity has published which month, and what was published there. */
export function PublicationsPage() {
  const { t } = useWords();
  const { choice, error, waiting } = useSelected();
  return (
    <>
      <PageHead title={t('publications.title')} lead={t('publications.lead')} />
      <SelectionBar parts={['range']} />
      {error !== null && error !== undefined ? (
        <Failure error={error} />
      ) : waiting ? (
        <Waiting height={360} />
      ) : choice === undefined ? (
        <Nothing why={t('states.emptyGroup')} />
      ) : (
        <div className={classes.page}>
          <Publications choice={choice} />
          <Refusals />
        </div>
      )}
    </>
  );
}

function Publications({ choice }: { readonly choice: Choice }) {
  const { t } = useWords();
  const asked = { from: choice.from, to: choice.to, entity: [] };
  const { data: newest, error, refetch } = useQuery(completenessQuery(asked));
  // Hundreds of cells are drawn in steps, between which the page answers its reader.
  const drawn = useMemo(() => ({ data: newest, months: choice.months }), [newest, choice.months]);
  const { data, months } = useDeferredValue(drawn);
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Waiting height={360} />;
  if (data.rows.length === 0) {
    return (
      <Panel>
        <Nothing why={t('states.emptyGroup')} />
      </Panel>
    );
  }
  return (
    <Panel>
      <div className={classes.top}>
        <p className={classes.count}>
          <strong>{t('publications.publishedOf', { count: data.published, total: data.expected })}</strong>
        </p>
        <ul className={classes.legend} aria-label={t('publications.legend')}>
          {STATES.map((state) => (
            <li key={state}>
              <StateMark state={state} />
              {t(`publications.${state}`)}
            </li>
          ))}
        </ul>
      </div>
      <PublicationGrid lines={linesOf(data.rows, months)} months={months} />
      <PublicationDrawer />
    </Panel>
  );
}
