import { useQuery } from '@tanstack/react-query';
import { completenessQuery } from '../api/queries.ts';
import { useWords } from '../i18n/i18n.ts';
import { readable, useShortList } from '../i18n/short-list.ts';
import { Key, KeyNote, KeyValue } from '../keyfigures/Key.tsx';
import type { Choice } from '../selection/choice.ts';

/** How many of the entities that were expected to publish the month have done so. */
export function PublishedKey({ choice }: { readonly choice: Choice }) {
  const { t } = useWords();
  const list = useShortList();
  const { data } = useQuery(completenessQuery({ from: choice.month, to: choice.month, entity: choice.entity }));
  const missing = data?.rows.filter(({ status }) => status === 'MISSING') ?? [];
  return (
    <Key label={t('overview.published')} waiting={data === undefined}>
      <KeyValue>{t('overview.publishedOf', { count: data?.published ?? 0, total: data?.expected ?? 0 })}</KeyValue>
      <KeyNote>
        {missing.length === 0
          ? t('overview.publishedAll')
          : t('overview.publishedMissing', {
              entities: list(readable(missing.map(({ entity: code, label: name }) => ({ code, name })))),
            })}
      </KeyNote>
    </Key>
  );
}
