import { ActionIcon, Button, Checkbox, Group, Loader, Popover, Stack, Text, TextInput } from '@mantine/core';
import { IconBookmark, IconCheck, IconLink, IconTrash, IconUsers } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation, useRouter } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiProblem, OFFLINE } from '../api/problem.ts';
import type { SavedView } from '../api/types.ts';
import { useGoverns } from '../governance/governs.ts';
import { useWords } from '../i18n/i18n.ts';
import { refusalWords } from '../i18n/refusals.ts';
import { Told } from '../shell/Told.tsx';
import { deleteView, LONGEST_NAME, saveView, viewAddress, viewsQuery } from './saved-views.ts';
import classes from './views.module.css';

/** Views with a name, the reader's and those that others share; a way to name the one on the screen, and its link to send to somebody. */
export function SavedViews() {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} width={320} position="right-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          px={8}
          leftSection={<IconBookmark size={15} aria-hidden="true" />}
          aria-haspopup="dialog"
          onClick={() => setOpen(!open)}
        >
          {t('views.title')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('views.title')}>
        {open && (
          <Stack gap="sm">
            <List onOpen={() => setOpen(false)} />
            <SaveForm />
            <ShareLink />
          </Stack>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function List({ onOpen }: { readonly onOpen: () => void }) {
  const { t } = useWords();
  const { data: views, error } = useQuery(viewsQuery);
  if (error !== null) return <Refused error={error} />;
  if (views === undefined) return <Loader size="sm" aria-label={t('app.loading')} />;
  if (views.length === 0) {
    return (
      <Text size="sm" className="soft">
        {t('views.none')}
      </Text>
    );
  }
  return (
    <ul className={classes.list}>
      {views.map((view) => (
        <Line key={view.view_id} view={view} onOpen={onOpen} />
      ))}
    </ul>
  );
}

function Line({ view, onOpen }: { readonly view: SavedView; readonly onOpen: () => void }) {
  const { t } = useWords();
  const { history } = useRouter();
  const client = useQueryClient();
  const governs = useGoverns();
  const { mutate, isPending } = useMutation({
    mutationFn: () => deleteView(view.view_id),
    onSettled: () => client.invalidateQueries({ queryKey: viewsQuery.queryKey }),
  });
  const { name, address, shared, mine } = view;
  return (
    <li>
      <a
        href={address}
        className={classes.view}
        onClick={(event) => {
          // A click with a key held opens it elsewhere, as with any link.
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          history.push(address);
          onOpen();
        }}
      >
        {name}
      </a>
      {shared && (
        <span className={classes.shared} title={t(mine ? 'views.sharedByMe' : 'views.sharedByOther')}>
          <IconUsers size={15} aria-label={t(mine ? 'views.sharedByMe' : 'views.sharedByOther')} role="img" />
        </span>
      )}
      {(mine || governs) && (
        <ActionIcon
          variant="subtle"
          color="gray"
          loading={isPending}
          aria-label={t('views.drop', { name })}
          onClick={() => mutate()}
        >
          <IconTrash size={15} />
        </ActionIcon>
      )}
    </li>
  );
}

function SaveForm() {
  const { t } = useWords();
  const { href } = useLocation();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => saveView({ name: name.trim(), address: viewAddress(href), shared }),
    onSuccess: async () => {
      setName('');
      await client.invalidateQueries({ queryKey: viewsQuery.queryKey });
    },
  });
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '') mutate();
  };
  return (
    <form onSubmit={save}>
      <Stack gap="xs">
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <TextInput
            size="xs"
            style={{ flex: 1 }}
            label={t('views.name')}
            value={name}
            maxLength={LONGEST_NAME}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" size="xs" loading={isPending}>
            {t('views.save')}
          </Button>
        </Group>
        <Checkbox
          size="xs"
          label={t('views.share')}
          checked={shared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
        {error !== null && <Refused error={error} />}
      </Stack>
    </form>
  );
}

function Refused({ error }: { readonly error: Error }) {
  const { t, language } = useWords();
  const problem = error instanceof ApiProblem && error.code !== OFFLINE ? error : undefined;
  if (problem === undefined) {
    return (
      <Text size="sm" role="alert" c="var(--up)">
        {error instanceof ApiProblem ? t('states.offline') : String(error)}
      </Text>
    );
  }
  const { title, detail, next } = refusalWords(problem, language);
  return (
    <Text size="sm" role="alert" c="var(--up)">
      <Told said={title} />. <Told said={detail} /> {next !== undefined && <Told said={next} />}
    </Text>
  );
}

/** The address says everything, so the link is the address. */
function ShareLink() {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(window.location.href);
    setCopied(true);
  };
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={copied ? <IconCheck size={15} aria-hidden="true" /> : <IconLink size={15} aria-hidden="true" />}
      onClick={() => void copy().catch(() => setCopied(false))}
    >
      {t(copied ? 'views.copied' : 'views.copy')}
    </Button>
  );
}
