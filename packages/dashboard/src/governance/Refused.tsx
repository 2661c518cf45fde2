import { useQuery } from '@tanstack/react-query';
import { quarantineQuery } from '../api/governance-queries.ts';
import { useWords } from '../i18n/i18n.ts';
import { RefusalTable } from '../publications/Refusals.tsx';
import { Answered } from '../shell/Answered.tsx';

/** Refused bundles, with their reports; whoever governs tries them again, or lets them go. */
export function Refused() {
  const { t } = useWords();
  const query = useQuery(quarantineQuery);
  const title = t('publications.refusedBundles');
  return (
    <Answered
      title={title}
      query={query}
      nothing={t('quarantine.none')}
      quiet
      isEmpty={({ rows }) => rows.length === 0}
    >
      {({ rows }) => <RefusalTable caption={title} rows={rows} />}
    </Answered>
  );
}
