import { Flags } from '../flags/Flags.tsx';
import { useWords } from '../i18n/i18n.ts';
import { SelectionBar } from '../selection/SelectionBar.tsx';
import { useSelected } from '../selection/use-selected.ts';
import { PageHead } from '../shell/PageHead.tsx';
import { Failure, Nothing, Waiting } from '../shell/states.tsx';
import { Keys } from './Keys.tsx';
import { MonthSeries } from './MonthSeries.tsx';
import classes from './overview.module.css';
import { Ranking } from './Ranking.tsx';

/** The start page: what the month cost, how it came to this, who spent most, and how far to trust it. */
export function OverviewPage() {
  const { t } = useWords();
  const { choice, error, waiting } = useSelected();
  return (
    <>
      <PageHead title={t('overview.title')} lead={t('overview.lead')} />
      <SelectionBar />
      {error !== null && error !== undefined ? (
        <Failure error={error} />
      ) : waiting ? (
        <Waiting height={420} />
      ) : choice === undefined ? (
        <Nothing why={t('states.emptyGroup')} />
      ) : (
        <div className={classes.page}>
          <Keys choice={choice} />
          <Flags choice={choice} />
          <MonthSeries choice={choice} />
          <Ranking choice={choice} />
        </div>
      )}
    </>
  );
}
