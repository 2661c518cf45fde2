import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { completenessQuery, monthsQuery } from '../api/queries.ts';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { useShortList } from '../i18n/short-list.ts';
import type { Choice } from '../selection/choice.ts';
import classes from './flags.module.css';

/** What a reader must know before quoting the figures: missing rates, provisional months, entities that have not published. */
export function Flags({ choice }: { readonly choice: Choice }) {
  const { t, language } = useWords();
  const list = useShortList();
  const { data: months } = useQuery(monthsQuery(choice));
  const { data: publications } = useQuery(
    completenessQuery({ from: choice.from, to: choice.to, entity: choice.entity }),
  );
  const short = (month: string) => formatMonth(month, language, 'short');
  const missing = (months?.missing ?? []).map(({ period_month, currency }) => `${currency} ${short(period_month)}`);
  const provisional = (months?.provisional ?? []).map(short);
  const absent = new Map<string, string[]>();
  for (const { period_month, entity, status } of publications?.rows ?? []) {
    if (status === 'MISSING') absent.set(period_month, [...(absent.get(period_month) ?? []), entity]);
  }
  const incomplete = [...absent].map(([month, entities]) => `${short(month)} (${list(entities)})`);
  const flags = [
    missing.length > 0 && t('flags.missingRates', { list: list(missing) }),
    provisional.length > 0 && t('flags.provisional', { list: list(provisional) }),
    incomplete.length > 0 && t('flags.incomplete', { list: list(incomplete) }),
  ].filter((flag) => flag !== false);
  if (flags.length === 0) return null;
  return (
    <section className={classes.flags} aria-label={t('flags.title')}>
      <IconAlertTriangle size={20} aria-hidden="true" style={{ flex: 'none', marginTop: 1 }} />
      <div>
        <h2>{t('flags.title')}</h2>
        <ul>
          {flags.map((flag) => (
            <li key={flag}>{flag}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}
