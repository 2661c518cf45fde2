import { importReferences } from '../api/governing.ts';
import { useWords } from '../i18n/i18n.ts';
import { ImportButton } from './ImportButton.tsx';

/** Publishes a file of domains, families and products as the next version. */
export function ImportReferences() {
  const { t } = useWords();
  return (
    <ImportButton
      title={t('actions.importReferences')}
      note={t('actions.referencesNote')}
      accept=".csv,.json,text/csv,application/json"
      act={importReferences}
      told={({ version, changed, added, updated, deactivated: ended }) =>
        changed
          ? t('actions.referencesTold', { version, added, updated, ended })
          : t('actions.referencesSame', { version })
      }
    />
  );
}
