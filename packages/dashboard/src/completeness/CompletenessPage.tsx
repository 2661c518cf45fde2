import { useWords } from '../i18n/i18n.ts';
import { PageHead } from '../shell/PageHead.tsx';

export function CompletenessPage() {
  const { t } = useWords();
  return <PageHead title={t('completeness.title')} />;
}
