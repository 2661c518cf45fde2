import { Combobox, Kbd, TextInput, useCombobox } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { filtersQuery, searchQuery } from '../api/queries.ts';
import { useWords } from '../i18n/i18n.ts';
import { changed } from '../selection/selection.ts';
import { FOUND_KINDS, type Found, foundOf, matching } from './found.ts';

/** Finds what has a name in the group and goes to its page; `/` starts it from anywhere. */
export function Search() {
  const { t } = useWords();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const { found, state } = useFound(useDeferredValue(text.trim()));
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const goTo = useGoTo();
  useSlash(input);
  const { selectFirstOption } = combobox;
  useEffect(() => {
    if (found.length > 0) selectFirstOption();
  }, [found, selectFirstOption]);
  const submit = (key: string) => {
    const chosen = found.find((one) => keyOf(one) === key);
    if (chosen === undefined) return;
    setText('');
    combobox.closeDropdown();
    goTo(chosen);
  };
  return (
    <Combobox store={combobox} onOptionSubmit={submit} position="bottom-start" width={340} shadow="md">
      <Combobox.Target withExpandedAttribute>
        <TextInput
          ref={input}
          size="sm"
          role="combobox"
          aria-autocomplete="list"
          autoComplete="off"
          aria-label={t('search.label')}
          placeholder={t('search.label')}
          title={t('search.key')}
          leftSection={<IconSearch size={15} aria-hidden="true" />}
          rightSection={text === '' ? <Kbd size="xs">/</Kbd> : null}
          rightSectionPointerEvents="none"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            combobox.openDropdown();
          }}
          onFocus={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={text.trim() === ''}>
        <Combobox.Options aria-label={t('search.label')} mah={420} style={{ overflowY: 'auto' }}>
          {FOUND_KINDS.map((kind) => (
            <FoundGroup key={kind} kind={kind} found={found} />
          ))}
          {state === 'searching' && <Combobox.Empty>{t('search.searching')}</Combobox.Empty>}
          {state === 'failed' && <Combobox.Empty>{t('search.failed')}</Combobox.Empty>}
          {state === 'found' && found.length === 0 && (
            <Combobox.Empty>{t('search.none', { text: text.trim() })}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function FoundGroup({ kind, found }: { readonly kind: Found['kind']; readonly found: readonly Found[] }) {
  const { t } = useWords();
  const of = found.filter((one) => one.kind === kind);
  if (of.length === 0) return null;
  return (
    <Combobox.Group label={t(`search.${kind}`)}>
      {of.map((one) => (
        <Combobox.Option key={keyOf(one)} value={keyOf(one)}>
          {one.label}{' '}
          <span className="soft">
            {[one.label === one.code ? [] : [one.code], one.within ?? []].flat().join(' · ')}
          </span>
        </Combobox.Option>
      ))}
    </Combobox.Group>
  );
}

function keyOf({ kind, code, entity }: Found): string {
  return JSON.stringify([kind, code, entity ?? '']);
}

/** Focuses the search on `/`, but not where the sign is being written. */
function useSlash(input: { readonly current: HTMLInputElement | null }): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const { target } = event;
      const writing = target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]');
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || writing) return;
      event.preventDefault();
      input.current?.focus();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [input]);
}

interface FoundSoFar {
  readonly found: readonly Found[];
  readonly state: 'found' | 'searching' | 'failed';
}

const NONE: FoundSoFar = { found: [], state: 'found' };

/** Entities and domains are known already; the node is asked for the rest. */
function useFound(text: string): FoundSoFar {
  const { data: choices } = useQuery(filtersQuery);
  const { data, isFetching, error } = useQuery(searchQuery(text));
  return useMemo(() => {
    if (choices === undefined || text === '') return NONE;
    const names = new Map(choices.entities.map(({ code, label }) => [code, label]));
    const hits = foundOf(data?.rows ?? [], (code) => names.get(code) ?? code);
    const state = error !== null ? 'failed' : isFetching ? 'searching' : 'found';
    return { found: [...matching(choices, text), ...hits], state };
  }, [choices, data, isFetching, error, text]);
}

/** Where a thing that was found is shown: on its own page, or the page that it narrows. Other filters would hide it. */
function useGoTo(): (found: Found) => void {
  const navigate = useNavigate();
  return ({ kind, code, entity }) => {
    const only = (before: Readonly<Record<string, unknown>>, filters: Parameters<typeof changed>[1]) =>
      changed(before, { entity: [], domain: [], family: [], product: [], application: [], at: undefined, ...filters });
    if (kind === 'entity') {
      void navigate({ to: '/entities/$entity', params: { entity: code }, search: (before) => only(before, {}) });
    } else if (kind === 'domain') {
      void navigate({ to: '/domains/$domain', params: { domain: code }, search: (before) => only(before, {}) });
    } else if (kind === 'application' && entity !== undefined) {
      const search = (before: Readonly<Record<string, unknown>>) => only(before, { application: [code] });
      void navigate({ to: '/entities/$entity', params: { entity }, search });
    } else {
      void navigate({ to: '/', search: (before) => only(before, { [kind]: [code] }) });
    }
  };
}
