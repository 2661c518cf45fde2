import { Title } from '@mantine/core';
import type { Difference } from '../api/types.ts';
import { useWords } from '../i18n/i18n.ts';

type RuleChange = NonNullable<Difference['rules']>[number];

/** Indirect rules that two revisions tell otherwise: why shares may have moved. Nothing where none did, or where one tells none. */
export function RuleChanges({ rules }: { readonly rules: Difference['rules'] }) {
  const { t } = useWords();
  if (rules === null || rules.length === 0) return null;
  return (
    <section>
      <Title order={4} size="h6" mt="md" mb={4}>
        {t('explain.rulesChanged')}
      </Title>
      <ul>
        {rules.map((rule) => (
          <li key={rule.code}>
            <RuleLine rule={rule} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function RuleLine({ rule: { change, before, after, products } }: { readonly rule: RuleChange }) {
  const { t } = useWords();
  const named = (side: RuleChange['after']) =>
    side === null
      ? null
      : side.version === null
        ? side.label
        : t('explain.ruleVersion', { label: side.label, version: side.version });
  const sides = [named(before), named(after)].filter((side) => side !== null);
  return (
    <>
      {t(CHANGES[change])} · {[...new Set(sides)].join(' → ')}
      {products.length > 0 && <span className="soft"> ({products.join(', ')})</span>}
    </>
  );
}

const CHANGES = {
  added: 'publications.added',
  removed: 'publications.removed',
  changed: 'publications.changedRow',
} as const;
