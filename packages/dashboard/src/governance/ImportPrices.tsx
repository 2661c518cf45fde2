import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { importReferencePrices } from '../api/governing.ts';
import { useWords } from '../i18n/i18n.ts';
import { ImportButton } from './ImportButton.tsx';

/** Makes a set of prices at which the group can value all entities alike. */
export function ImportPrices() {
  const { t } = useWords();
  const [view, setView] = useState('');
  return (
    <ImportButton
      title={t('actions.importPrices')}
      note={t('actions.pricesNote')}
      accept=".csv,text/csv"
      forget={() => setView('')}
      act={(file) => importReferencePrices(file, view.trim() === '' ? undefined : view.trim())}
      told={({ price_set: set, name, products, replayed }) =>
        replayed ? t('actions.pricesKnown', { set, name }) : t('actions.pricesTold', { set, name, count: products })
      }
    >
      <TextInput
        label={t('actions.pricesView')}
        description={t('actions.pricesViewNote')}
        value={view}
        maxLength={64}
        onChange={(event) => setView(event.currentTarget.value)}
      />
    </ImportButton>
  );
}
