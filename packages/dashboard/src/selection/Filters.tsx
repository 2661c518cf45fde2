import { Button, Checkbox, Group, MultiSelect, NativeSelect, Popover, Stack } from '@mantine/core';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { useWords } from '../i18n/i18n.ts';
import { Chips, marksOf } from './Chips.tsx';
import type { Fixed } from './parts.ts';
import classes from './selection.module.css';
import { ENVIRONMENTS, TYPES } from './selection.ts';
import type { Selected } from './use-selected.ts';

interface FiltersProps {
  readonly selected: Selected;
  readonly fixed: readonly Fixed[];
}

/** What narrows the figures, behind one button, and as marks that can be taken away one by one. */
export function Filters({ selected, fixed }: FiltersProps) {
  const { t } = useWords();
  const { choice } = selected;
  if (choice === undefined) return null;
  const count = marksOf(choice, fixed).length;
  return (
    <Group gap="xs" align="center" className={classes.filters ?? ''}>
      <Popover width={320} position="bottom-start" shadow="md" trapFocus withinPortal={false}>
        <Popover.Target>
          <Button
            variant="default"
            leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden="true" />}
            aria-haspopup="dialog"
          >
            {count === 0 ? t('selection.filters') : t('selection.filtersCount', { count })}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={t('selection.filters')}>
          <Stack gap="sm">
            <Lists selected={selected} fixed={fixed} />
            <Kinds selected={selected} />
          </Stack>
        </Popover.Dropdown>
      </Popover>
      {count > 0 && <Chips selected={selected} fixed={fixed} />}
    </Group>
  );
}

function Lists({ selected, fixed }: FiltersProps) {
  const { t } = useWords();
  const { choice, available, change } = selected;
  if (choice === undefined) return null;
  const { entity, domain } = choice;
  const shared = {
    nothingFoundMessage: t('selection.noMatch'),
    comboboxProps: { withinPortal: false },
    openOnFocus: false,
    searchable: true,
    clearable: true,
  };
  return (
    <>
      {!fixed.includes('entity') && (
        <MultiSelect
          label={t('selection.entities')}
          placeholder={entity.length === 0 ? t('selection.allEntities') : ''}
          data={available.entities.map(({ code: value, label }) => ({ value, label: `${value} · ${label}` }))}
          value={[...entity]}
          onChange={(value) => change({ entity: value })}
          {...shared}
        />
      )}
      {!fixed.includes('domain') && (
        <MultiSelect
          label={t('selection.domains')}
          placeholder={domain.length === 0 ? t('selection.allDomains') : ''}
          data={available.domains.map(({ code: value, label }) => ({ value, label }))}
          value={[...domain]}
          onChange={(value) => change({ domain: value })}
          {...shared}
        />
      )}
    </>
  );
}

function Kinds({ selected }: { readonly selected: Selected }) {
  const { t } = useWords();
  const { choice, change } = selected;
  if (choice === undefined) return null;
  return (
    <>
      <NativeSelect
        label={t('selection.type')}
        value={choice.type ?? ''}
        data={[{ value: '', label: t('types.all') }, ...TYPES.map((value) => ({ value, label: t(`types.${value}`) }))]}
        onChange={(event) => change({ type: TYPES.find((known) => known === event.currentTarget.value) })}
      />
      <Checkbox.Group
        label={t('selection.environments')}
        value={[...choice.environment]}
        onChange={(value) => change({ environment: ENVIRONMENTS.filter((known) => value.includes(known)) })}
      >
        <Stack gap={6} mt={4}>
          {ENVIRONMENTS.map((value) => (
            <Checkbox key={value} size="xs" value={value} label={t(`environments.${value}`)} />
          ))}
        </Stack>
      </Checkbox.Group>
      <NativeSelect
        label={t('selection.hierarchy')}
        value={choice.hierarchy}
        data={(['reported', 'today'] as const).map((value) => ({ value, label: t(`hierarchies.${value}`) }))}
        onChange={(event) => change({ hierarchy: event.currentTarget.value === 'today' ? 'today' : undefined })}
      />
    </>
  );
}
