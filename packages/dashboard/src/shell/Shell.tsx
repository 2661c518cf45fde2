import { ActionIcon, Button, Group } from '@mantine/core';
import {
  IconBuilding,
  IconChartBar,
  IconGavel,
  IconGridDots,
  IconHierarchy2,
  IconLayoutGrid,
  IconLogout,
  IconMenu2,
  IconPrinter,
  IconScale,
  IconX,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { sessionQuery } from '../api/queries.ts';
import type { Session } from '../api/types.ts';
import { useWords } from '../i18n/i18n.ts';
import { Search } from '../search/Search.tsx';
import { readSelection } from '../selection/selection.ts';
import { useSignOut } from '../session/sign-out.ts';
import { SavedViews } from '../views/SavedViews.tsx';
import { Announcer } from './Announcer.tsx';
import { Mark } from './Brand.tsx';
import { Settings } from './Settings.tsx';
import classes from './shell.module.css';

const PAGES = [
  { to: '/', word: 'nav.overview', icon: IconChartBar },
  { to: '/entities', word: 'nav.entities', icon: IconBuilding },
  { to: '/domains', word: 'nav.domains', icon: IconLayoutGrid },
  { to: '/drilldown', word: 'nav.drilldown', icon: IconHierarchy2 },
  { to: '/comparison', word: 'nav.comparison', icon: IconScale },
  { to: '/publications', word: 'nav.publications', icon: IconGridDots },
  { to: '/governance', word: 'nav.governance', icon: IconGavel },
] as const;

/** The frame around every page: navigation, who is signed in, and the content. */
export function Shell() {
  const { t } = useWords();
  const { pathname } = useLocation();
  // The menu is open on the page it was opened on: arriving elsewhere closes it.
  const [openOn, setOpenOn] = useState<string>();
  const open = openOn === pathname;
  return (
    <div className={classes.frame}>
      <a className="skip-link" href="#content">
        {t('app.skip')}
      </a>
      <header className={classes.rail} data-open={open}>
        <Link to="/" search={readSelection} className={classes.brand ?? ''}>
          <Mark />
          {t('app.name')}
        </Link>
        <ActionIcon
          className={classes.toggle ?? ''}
          variant="default"
          size="lg"
          aria-expanded={open}
          aria-controls="navigation"
          aria-label={open ? t('app.closeMenu') : t('app.openMenu')}
          onClick={() => setOpenOn(open ? undefined : pathname)}
        >
          {open ? <IconX size={18} /> : <IconMenu2 size={18} />}
        </ActionIcon>
        <div className={classes.search}>
          <Search />
        </div>
        <nav id="navigation" className={classes.nav} aria-label={t('app.navigation')}>
          <ul className={classes.links}>
            {PAGES.map(({ to, word, icon: Icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  search={readSelection}
                  activeOptions={{ exact: to === '/', includeSearch: false }}
                  className={classes.link ?? ''}
                >
                  <Icon size={18} stroke={1.7} aria-hidden="true" />
                  {t(word)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <Foot />
      </header>
      <main id="content" tabIndex={-1} className={classes.main}>
        <Outlet />
      </main>
      <Announcer />
    </div>
  );
}

/** What the reader may do, in words: roles are codes. Roles of other modules say nothing here. */
function rightsOf(session: Session, t: ReturnType<typeof useWords>['t']): string {
  if (session.roles.includes('group.admin')) return t('session.governs');
  if (session.roles.includes('group.reader')) return t('session.reads');
  return session.entity_code === null ? '' : t('session.readsEntity', { entity: session.entity_code });
}

function Foot() {
  const { t } = useWords();
  const { data: session } = useQuery(sessionQuery);
  const signOut = useSignOut();
  return (
    <div className={classes.foot}>
      {session !== undefined && (
        <div className={classes.tenant}>
          <div className={classes.tenantName}>{session.tenant.label}</div>
          <div className="soft" title={t('session.signedInAs', { user: session.user_id })}>
            {rightsOf(session, t)}
          </div>
          {session.deployment === 'test' && <span className={classes.test}>{t('app.test')}</span>}
        </div>
      )}
      <Group gap="xs" grow preventGrowOverflow={false} wrap="nowrap">
        <SavedViews />
        <Button
          variant="default"
          size="xs"
          px={8}
          leftSection={<IconPrinter size={15} aria-hidden="true" />}
          onClick={() => window.print()}
        >
          {t('app.print')}
        </Button>
      </Group>
      <Settings />
      <Button
        variant="default"
        size="xs"
        leftSection={<IconLogout size={15} aria-hidden="true" />}
        onClick={signOut}
        fullWidth
      >
        {t('session.signOut')}
      </Button>
    </div>
  );
}
