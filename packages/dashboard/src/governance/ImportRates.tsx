import { Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { importRates } from '../api/governing.ts';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { ImportButton } from './ImportButton.tsx';

const NOTHING_ASKED = { source: '', base: '', completes: false };

/** Makes a rate set of a file. */
export function ImportRates() {
  const { t, language } = useWords();
  const [{ source, base, completes }, setAsked] = useState(NOTHING_ASKED);
  const ask = (change: Partial<typeof NOTHING_ASKED>) => setAsked((asked) => ({ ...asked, ...change }));
  const listed = (list: readonly string[]) => new Intl.ListFormat(language).format(list);
  const lostOf = ({ currencies, months }: { readonly currencies: string[]; readonly months: string[] }) => [
    ...(currencies.length === 0 ? [] : [t('actions.ratesLostCurrencies', { list: listed(currencies) })]),
    ...(months.length === 0
      ? []
      : [t('actions.ratesLostMonths', { list: listed(months.map((month) => formatMonth(month, language, 'short'))) })]),
  ];
  return (
    <ImportButton
      title={t('actions.importRates')}
      note={t('actions.ratesNote')}
      accept=".csv,text/csv"
      forget={() => setAsked(NOTHING_ASKED)}
      act={(file) => {
        const [named, currency] = [source.trim(), base.trim()];
        return importRates(file, {
          ...(named === '' ? {} : { source: named }),
          ...(currency === '' ? {} : { base: currency }),
          ...(completes ? { onto: 'latest' } : {}),
        });
      }}
      told={({ rate_set: set, replayed, currencies, first_month, last_month, lost }) => {
        if (replayed) return t('actions.ratesKnown', { set });
        const [from, to] = [formatMonth(first_month, language), formatMonth(last_month, language)];
        return [t('actions.ratesTold', { set, currencies, from, to }), ...lostOf(lost)].join(' ');
      }}
    >
      <TextInput
        label={t('actions.ratesSource')}
        description={t('actions.ratesSourceNote')}
        value={source}
        maxLength={200}
        onChange={(event) => ask({ source: event.currentTarget.value })}
      />
      <TextInput
        label={t('actions.ratesBase')}
        description={t('actions.ratesSourceNote')}
        value={base}
        maxLength={3}
        onChange={(event) => ask({ base: event.currentTarget.value.toUpperCase() })}
      />
      <Checkbox
        label={t('actions.ratesOnto')}
        description={t('actions.ratesOntoNote')}
        checked={completes}
        onChange={(event) => ask({ completes: event.currentTarget.checked })}
      />
    </ImportButton>
  );
}
