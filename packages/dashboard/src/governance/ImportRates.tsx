import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { importRates } from '../api/governing.ts';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { ImportButton } from './ImportButton.tsx';

/** Makes a rate set of a file. */
export function ImportRates() {
  const { t, language } = useWords();
  const [source, setSource] = useState('');
  const [base, setBase] = useState('');
  return (
    <ImportButton
      title={t('actions.importRates')}
      note={t('actions.ratesNote')}
      accept=".csv,text/csv"
      act={(file) => {
        const [named, currency] = [source.trim(), base.trim()];
        return importRates(file, {
          ...(named === '' ? {} : { source: named }),
          ...(currency === '' ? {} : { base: currency }),
        });
      }}
      told={({ rate_set: set, replayed, currencies, first_month, last_month }) =>
        replayed
          ? t('actions.ratesKnown', { set })
          : t('actions.ratesTold', {
              set,
              currencies,
              from: formatMonth(first_month, language),
              to: formatMonth(last_month, language),
            })
      }
    >
      <TextInput
        label={t('actions.ratesSource')}
        description={t('actions.ratesSourceNote')}
        value={source}
        maxLength={200}
        onChange={(event) => setSource(event.currentTarget.value)}
      />
      <TextInput
        label={t('actions.ratesBase')}
        description={t('actions.ratesSourceNote')}
        value={base}
        maxLength={3}
        onChange={(event) => setBase(event.currentTarget.value.toUpperCase())}
      />
    </ImportButton>
  );
}
