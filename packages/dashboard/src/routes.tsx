import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { useEffect } from 'react';
import { needsSignIn } from './api/problem.ts';
import { filtersQuery, REFUSED_KEY, sessionQuery } from './api/queries.ts';
import { preferredLanguage, speak } from './i18n/i18n.ts';
import { parseSearch, readSelection, stringifySearch } from './selection/selection.ts';
import { SignInPage } from './session/SignInPage.tsx';
import { Shell } from './shell/Shell.tsx';
import { Failure, NotFound } from './shell/states.tsx';

/** The pages, each a file of its own that comes when it is first needed. */
const pages = {
  overview: () => import('./overview/OverviewPage.tsx'),
  entities: () => import('./entities/EntitiesPage.tsx'),
  entity: () => import('./entities/EntityPage.tsx'),
  domains: () => import('./domains/DomainsPage.tsx'),
  domain: () => import('./domains/DomainPage.tsx'),
  drilldown: () => import('./drilldown/DrilldownPage.tsx'),
  comparison: () => import('./comparison/ComparisonPage.tsx'),
  governance: () => import('./governance/GovernancePage.tsx'),
  publications: () => import('./publications/PublicationsPage.tsx'),
};

/** Starts the way of a page's file, which would otherwise begin when the session is known. A second call finds it. */
function pageAt(path: string): (() => Promise<unknown>) | undefined {
  const [first = '', second] = path.split('/').filter((part) => part !== '');
  if (first === '') return pages.overview;
  if (first === 'entities' && second !== undefined) return pages.entity;
  if (first === 'domains' && second !== undefined) return pages.domain;
  return Object.entries(pages).find(([name]) => name === first)?.[1];
}

interface RouterContext {
  readonly client: QueryClient;
}

const root = createRootRouteWithContext<RouterContext>()({
  validateSearch: readSelection,
  component: Root,
  notFoundComponent: NotFound,
});

function Root() {
  const { lang } = root.useSearch();
  const language = lang ?? preferredLanguage();
  const client = useQueryClient();
  useEffect(() => {
    if (!speak(language)) return;
    // Refusals are told by the node, in the language in which it was asked.
    void client.invalidateQueries({
      predicate: ({ state, queryKey }) => state.status === 'error' || queryKey[0] === REFUSED_KEY,
    });
  }, [language, client]);
  return <Outlet />;
}

interface SignInSearch {
  readonly code?: string;
  readonly next?: string;
  readonly ended?: true;
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: ({ code, next, ended }: Readonly<Record<string, unknown>>): SignInSearch => ({
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof next === 'string' ? { next } : {}),
    ...(ended === 'true' || ended === true ? { ended: true as const } : {}),
  }),
  component: SignInPage,
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    // Every page needs these: they are on their way while the session is looked at.
    void context.client.prefetchQuery(filtersQuery);
    void pageAt(location.pathname)?.().catch(() => {});
    await context.client.ensureQueryData(sessionQuery).catch((error: unknown) => {
      if (!needsSignIn(error)) throw error;
      const next = location.href === '/' ? {} : { next: location.href };
      throw redirect({ to: '/sign-in', search: ({ lang }) => ({ ...(lang === undefined ? {} : { lang }), ...next }) });
    });
  },
  component: Shell,
  errorComponent: ({ error, reset }) => (
    <div style={{ maxWidth: 720, margin: '10vh auto', padding: 16 }}>
      <Failure error={error} retry={reset} />
    </div>
  ),
});

const overview = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  component: lazyRouteComponent(pages.overview, 'OverviewPage'),
});

const entities = createRoute({
  getParentRoute: () => signedIn,
  path: '/entities',
  component: lazyRouteComponent(pages.entities, 'EntitiesPage'),
});

const entity = createRoute({
  getParentRoute: () => signedIn,
  path: '/entities/$entity',
  component: lazyRouteComponent(pages.entity, 'EntityPage'),
});

const domains = createRoute({
  getParentRoute: () => signedIn,
  path: '/domains',
  component: lazyRouteComponent(pages.domains, 'DomainsPage'),
});

const domain = createRoute({
  getParentRoute: () => signedIn,
  path: '/domains/$domain',
  component: lazyRouteComponent(pages.domain, 'DomainPage'),
});

const drilldown = createRoute({
  getParentRoute: () => signedIn,
  path: '/drilldown',
  component: lazyRouteComponent(pages.drilldown, 'DrilldownPage'),
});

const comparison = createRoute({
  getParentRoute: () => signedIn,
  path: '/comparison',
  component: lazyRouteComponent(pages.comparison, 'ComparisonPage'),
});

const governance = createRoute({
  getParentRoute: () => signedIn,
  path: '/governance',
  component: lazyRouteComponent(pages.governance, 'GovernancePage'),
});

const publications = createRoute({
  getParentRoute: () => signedIn,
  path: '/publications',
  component: lazyRouteComponent(pages.publications, 'PublicationsPage'),
});

const tree = root.addChildren([
  signIn,
  signedIn.addChildren([overview, entities, entity, domains, domain, drilldown, comparison, publications, governance]),
]);

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { client },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    // TanStack Query decides how long figures are fresh.
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
