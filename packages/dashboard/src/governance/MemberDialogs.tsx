import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { changeMember, deactivateMember, reactivateMember } from '../api/governing.ts';
import type { Member } from '../api/types.ts';
import { addMonths, formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { useSelected } from '../selection/use-selected.ts';
import { ActionDialog } from './ActionDialog.tsx';
import { DAYS } from './PolicyDialog.tsx';

interface MemberDialogProps {
  readonly member: Member;
  readonly close: () => void;
}

const COUNTRY = /^[A-Z]{2}$/;

/** Changes what the group calls an entity, where it is, and when its months are due. */
export function ChangeMember({ member, close }: MemberDialogProps) {
  const { t } = useWords();
  const [label, setLabel] = useState(member.label);
  const [country, setCountry] = useState(member.country);
  const [dueDay, setDueDay] = useState(member.due_day);
  const change = {
    ...(label.trim() === member.label ? {} : { label: label.trim() }),
    ...(country === member.country ? {} : { country }),
    ...(dueDay === member.due_day ? {} : { due_day: dueDay }),
  };
  return (
    <ActionDialog
      title={t('actions.changeMember', { name: member.label })}
      note={t('actions.changeMemberNote')}
      submit={t('actions.save')}
      ready={label.trim() !== '' && COUNTRY.test(country) && Object.keys(change).length > 0}
      act={() => changeMember(member.entity, change)}
      close={close}
    >
      <TextInput
        label={t('actions.name')}
        value={label}
        maxLength={200}
        required
        onChange={(event) => setLabel(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        label={t('governance.country')}
        description={t('actions.countryNote')}
        value={country}
        maxLength={2}
        required
        onChange={(event) => setCountry(event.currentTarget.value.toUpperCase())}
      />
      <NativeSelect
        label={t('governance.dueDay')}
        value={dueDay === null ? '' : String(dueDay)}
        data={[{ value: '', label: t('actions.asTheGroup') }, ...DAYS]}
        onChange={(event) => setDueDay(event.currentTarget.value === '' ? null : Number(event.currentTarget.value))}
      />
    </ActionDialog>
  );
}

/** How many months after the last known one an entity's end can be said ahead. */
const AHEAD = 12;

/** Ends the publishing of an entity with a month, or takes that end away. */
export function EndMember({ member, close }: MemberDialogProps) {
  const { t, language } = useWords();
  const { months } = useSelected();
  const known = months.at(-1) ?? member.active_from ?? '';
  const [last, setLast] = useState(known);
  const { entity, label: name, active_to } = member;
  if (active_to !== null) {
    return (
      <ActionDialog
        title={t('actions.reactivate', { name })}
        note={t('actions.reactivateNote', { month: formatMonth(active_to, language) })}
        submit={t('actions.reactivateShort')}
        ready
        act={() => reactivateMember(entity)}
        close={close}
      />
    );
  }
  const ahead = known === '' ? [] : Array.from({ length: AHEAD }, (_, index) => addMonths(known, AHEAD - index));
  const choices = [...ahead, ...months.toReversed()];
  return (
    <ActionDialog
      title={t('actions.deactivate', { name })}
      note={t('actions.deactivateNote')}
      submit={t('actions.deactivateShort')}
      ready={last !== ''}
      act={() => deactivateMember(entity, last)}
      close={close}
    >
      <NativeSelect
        label={t('governance.activeTo')}
        value={last}
        data={choices.map((value) => ({ value, label: formatMonth(value, language) }))}
        onChange={(event) => setLast(event.currentTarget.value)}
        data-autofocus
      />
    </ActionDialog>
  );
}
