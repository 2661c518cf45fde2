import { ActionIcon, Button, Group, Popover, Stack, Text, TextInput } from '@mantine/core';
import { IconBookmark, IconCheck, IconLink, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useLocation, useRouter } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { sessionQuery } from '../api/queries.ts';
import { useWords } from '../i18n/i18n.ts';
import { dropView, keepView, LONGEST_NAME, MOST_VIEWS, readViews, type SavedView } from './saved-views.ts';
import classes from './views.module.css';

/** Views that the reader has named, a way to name the one on the screen, and its link to send to somebody. */
export function SavedViews() {
  const { data: session } = useQuery(sessionQuery);
  return session === undefined ? null : <ViewsOf key={session.user_id} user={session.user_id} />;
}

function ViewsOf({ user }: { readonly user: string }) {
  const { t } = useWords();
  const [views, setViews] = useState(() => readViews(localStorage, user));
  const [open, setOpen] = useState(false);
  const { href } = useLocation();
  return (
    <Popover opened={open} onChange={setOpen} width={300} position="right-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          fullWidth
          px={8}
          leftSection={<IconBookmark size={15} aria-hidden="true" />}
          aria-haspopup="dialog"
          onClick={() => setOpen(!open)}
        >
          {t('views.title')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('views.title')}>
        <Stack gap="sm">
          {views.length === 0 ? (
            <Text size="sm" className="soft">
              {t('views.none')}
            </Text>
          ) : (
            <List
              views={views}
              onOpen={() => setOpen(false)}
              onDrop={(name) => setViews(dropView(localStorage, user, name))}
            />
          )}
          {views.length >= MOST_VIEWS && (
            <Text size="sm" className="soft">
              {t('views.full', { count: MOST_VIEWS })}
            </Text>
          )}
          <SaveForm onSave={(name) => setViews(keepView(localStorage, user, { name, href }))} />
          <ShareLink />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

interface ListProps {
  readonly views: readonly SavedView[];
  readonly onOpen: () => void;
  readonly onDrop: (name: string) => void;
}

function List({ views, onOpen, onDrop }: ListProps) {
  const { t } = useWords();
  const { history } = useRouter();
  return (
    <ul className={classes.list}>
      {views.map(({ name, href }) => (
        <li key={name}>
          <a
            href={href}
            className={classes.view}
            onClick={(event) => {
              // A click with a key held opens it elsewhere, as with any link.
              if (event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              history.push(href);
              onOpen();
            }}
          >
            {name}
          </a>
          <ActionIcon variant="subtle" color="gray" aria-label={t('views.drop', { name })} onClick={() => onDrop(name)}>
            <IconTrash size={15} />
          </ActionIcon>
        </li>
      ))}
    </ul>
  );
}

function SaveForm({ onSave }: { readonly onSave: (name: string) => void }) {
  const { t } = useWords();
  const [name, setName] = useState('');
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return;
    onSave(name);
    setName('');
  };
  return (
    <form onSubmit={save}>
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <TextInput
          size="xs"
          style={{ flex: 1 }}
          label={t('views.name')}
          value={name}
          maxLength={LONGEST_NAME}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" size="xs">
          {t('views.save')}
        </Button>
      </Group>
    </form>
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
