import { Drawer, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { publicationsQuery } from '../api/queries.ts';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { useSelected } from '../selection/use-selected.ts';
import { Failure, Nothing } from '../shell/states.tsx';
import { Differences } from './Differences.tsx';
import classes from './publications.module.css';
import { Revisions } from './Revisions.tsx';

/** What one entity published for one month: its revisions, and what changed between two of them. Open while the address says so. */
export function PublicationDrawer() {
  const { t, language } = useWords();
  const { selection, change, nameOf } = useSelected();
  const [entity = '', month = ''] = selection.at?.split('/') ?? [];
  const open = selection.at !== undefined;
  return (
    <Drawer.Root opened={open} onClose={() => change({ at: undefined })} position="right" size="xl" padding="lg">
      <Drawer.Overlay />
      <Drawer.Content>
        {/* Not Drawer.Header: a second <header> on the page would be a second banner. */}
        <div className={classes.drawerHead}>
          <Drawer.Title className={classes.drawerTitle ?? ''}>
            {open &&
              t('publications.publications', {
                entity: nameOf('entity', entity),
                month: formatMonth(month, language),
              })}
          </Drawer.Title>
          <Drawer.CloseButton aria-label={t('publications.close')} />
        </div>
        <Drawer.Body>{open && <Publications entity={entity} month={month} />}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Publications({ entity, month }: { readonly entity: string; readonly month: string }) {
  const { t } = useWords();
  const { data, error, isPending, refetch } = useQuery(publicationsQuery(entity, month));
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Loader aria-label={t('app.loading')} />;
  if (data.rows.length === 0) return <Nothing why={t('publications.noPublication')} />;
  return (
    <>
      <Revisions publications={data.rows} />
      {data.rows.length > 1 && <Differences publications={data.rows} />}
    </>
  );
}
