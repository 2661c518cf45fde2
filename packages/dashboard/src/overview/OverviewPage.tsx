import { Explained, ExplainTotal } from '../explain/Explained.tsx';
import { Flags } from '../flags/Flags.tsx';
import { useWords } from '../i18n/i18n.ts';
import { CostKeys } from '../keyfigures/CostKeys.tsx';
import { IndirectKey } from '../keyfigures/IndirectKey.tsx';
import { Keys } from '../keyfigures/Key.tsx';
import { ChosenPage } from '../selection/ChosenPage.tsx';
import { MonthSeries } from '../series/MonthSeries.tsx';
import { Afterwards } from '../shell/Afterwards.tsx';
import layout from '../theme/layout.module.css';
import { BundleStates } from './BundleStates.tsx';
import { PublishedKey } from './PublishedKey.tsx';
import { Ranking } from './Ranking.tsx';
import { Ratios } from './Ratios.tsx';

/** The start page: what the month cost, how it came to this, who spent most, and how far to trust it. */
export function OverviewPage() {
  const { t } = useWords();
  return (
    <ChosenPage title={t('overview.title')} lead={t('overview.lead')} actions={<ExplainTotal />}>
      {(choice) => (
        <div className={layout.page}>
          <Keys>
            <CostKeys choice={choice} />
            <PublishedKey choice={choice} />
            <IndirectKey choice={choice} />
          </Keys>
          <Flags choice={choice} />
          <MonthSeries choice={choice} />
          <Ranking choice={choice} />
          <Afterwards height={700}>
            <BundleStates choice={choice} />
            <Ratios choice={choice} />
          </Afterwards>
          <Explained choice={{ ...choice, from: choice.month, to: choice.month }} />
        </div>
      )}
    </ChosenPage>
  );
}
