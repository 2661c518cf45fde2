import { SegmentedControl } from '@mantine/core';
import { useWords } from '../i18n/i18n.ts';
import { ChosenPage } from '../selection/ChosenPage.tsx';
import type { Choice } from '../selection/choice.ts';
import { useSelected } from '../selection/use-selected.ts';
import layout from '../theme/layout.module.css';
import { ContractVersions } from './ContractVersions.tsx';
import classes from './governance.module.css';
import { Members } from './Members.tsx';
import { Months } from './Months.tsx';
import { Prices } from './Prices.tsx';
import { Rates } from './Rates.tsx';
import { References } from './References.tsx';
import { Refused } from './Refused.tsx';

const TABS = ['months', 'entities', 'references', 'prices', 'rates', 'contract', 'refused'] as const;
type Tab = (typeof TABS)[number];

const PARTS: Readonly<Record<Tab, (props: { readonly choice: Choice }) => React.ReactNode>> = {
  months: Months,
  entities: Members,
  references: References,
  prices: Prices,
  rates: Rates,
  contract: ContractVersions,
  refused: Refused,
};

/** What the group has agreed on: months, members, references, prices, rates, the contract. */
export function GovernancePage() {
  const { t } = useWords();
  const { selection, change } = useSelected();
  const tab = TABS.find((known) => known === selection.tab) ?? 'months';
  const Part = PARTS[tab];
  return (
    <ChosenPage
      title={t('governance.title')}
      lead={t('governance.lead')}
      parts={tab === 'prices' ? ['month'] : tab === 'entities' || tab === 'rates' ? ['range'] : []}
    >
      {(choice) => (
        <div className={layout.page}>
          <SegmentedControl
            className={`${classes.tabs} screen-only`}
            aria-label={t('governance.parts')}
            value={tab}
            onChange={(value) => {
              const wanted = TABS.find((known) => known === value);
              change({ tab: wanted === 'months' ? undefined : wanted });
            }}
            data={TABS.map((value) => ({ value, label: t(`governance.tab_${value}`) }))}
          />
          <Part choice={choice} />
        </div>
      )}
    </ChosenPage>
  );
}
