import { ActionIcon, NativeSelect, Switch } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { addMonths, formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { Filters } from './Filters.tsx';
import { PrintedSelection } from './PrintedSelection.tsx';
import type { Fixed, Part } from './parts.ts';
import classes from './selection.module.css';
import { MEASURES } from './selection.ts';
import { type Selected, useSelected } from './use-selected.ts';

const EVERYTHING: readonly Part[] = ['range', 'month', 'amounts', 'filters'];

interface SelectionBarProps {
  readonly parts?: readonly Part[];
  readonly fixed?: readonly Fixed[];
}

/** What is looked at, in one row above the figures: the parts that change something on the page. */
export function SelectionBar({ parts = EVERYTHING, fixed = [] }: SelectionBarProps) {
  const selected = useSelected();
  const { t } = useWords();
  if (selected.choice === undefined) return null;
  return (
    <>
      <PrintedSelection selected={selected} parts={parts} fixed={fixed} />
      <section aria-label={t('selection.title')} className={`${classes.bar} screen-only`}>
        {parts.includes('range') && <Range selected={selected} />}
        {parts.includes('month') && <MonthStepper selected={selected} />}
        {parts.includes('amounts') && <Amounts selected={selected} />}
        {parts.includes('filters') && <Filters selected={selected} fixed={fixed} />}
      </section>
    </>
  );
}

function Range({ selected }: { readonly selected: Selected }) {
  const { t, language } = useWords();
  const { choice, months, change } = selected;
  if (choice === undefined) return null;
  const options = months.map((month) => ({ value: month, label: formatMonth(month, language, 'short') }));
  return (
    <fieldset className={classes.range}>
      <legend className={classes.legend}>{t('selection.period')}</legend>
      <NativeSelect
        aria-label={t('selection.from')}
        value={choice.from}
        data={options}
        onChange={(event) => change({ from: event.currentTarget.value, month: undefined })}
      />
      <span aria-hidden="true">–</span>
      <NativeSelect
        aria-label={t('selection.to')}
        value={choice.to}
        data={options}
        onChange={(event) => change({ to: event.currentTarget.value, month: undefined })}
      />
    </fieldset>
  );
}

function MonthStepper({ selected }: { readonly selected: Selected }) {
  const { t, language } = useWords();
  const { choice, months, change } = selected;
  if (choice === undefined) return null;
  const { from, to, month } = choice;
  const first = months[0] ?? month;
  const last = months.at(-1) ?? month;
  const show = (next: string) => {
    // A month outside the range takes the range back to its default, which reaches down to the month.
    change(next < from || next > to ? { month: next, from: undefined, to: undefined } : { month: next });
  };
  return (
    <fieldset className={classes.range}>
      <legend className={classes.legend}>{t('selection.month')}</legend>
      <ActionIcon
        variant="default"
        size={36}
        aria-label={t('selection.previousMonth')}
        disabled={month <= first}
        onClick={() => show(addMonths(month, -1))}
      >
        <IconChevronLeft size={16} />
      </ActionIcon>
      <NativeSelect
        aria-label={t('selection.month')}
        value={month}
        data={months.map((value) => ({ value, label: formatMonth(value, language, 'short') }))}
        onChange={(event) => show(event.currentTarget.value)}
      />
      <ActionIcon
        variant="default"
        size={36}
        aria-label={t('selection.nextMonth')}
        disabled={month >= last}
        onClick={() => show(addMonths(month, 1))}
      >
        <IconChevronRight size={16} />
      </ActionIcon>
    </fieldset>
  );
}

function Amounts({ selected }: { readonly selected: Selected }) {
  const { t } = useWords();
  const { choice, available, change } = selected;
  if (choice === undefined) return null;
  const { currency } = choice;
  return (
    <>
      <NativeSelect
        label={t('selection.measure')}
        value={choice.measure}
        data={MEASURES.map((value) => ({ value, label: t(`measure.${value}`) }))}
        onChange={(event) => {
          const measure = MEASURES.find((known) => known === event.currentTarget.value);
          change({ measure: measure === 'cost' ? undefined : measure });
        }}
      />
      <NativeSelect
        label={t('selection.currency')}
        value={currency}
        data={[...new Set([...available.currencies, currency])]}
        onChange={(event) => {
          const { value } = event.currentTarget;
          change({ currency: value === available.currency ? undefined : value });
        }}
      />
      <Switch
        className={classes.tax ?? ''}
        label={t('selection.withoutTax')}
        checked={choice.withoutTax}
        onChange={(event) => change({ without_tax: event.currentTarget.checked ? true : undefined })}
      />
    </>
  );
}
