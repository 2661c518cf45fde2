import type { QueryClient } from '@tanstack/react-query';
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
import { sessionQuery } from './api/queries.ts';
import { preferredLanguage, speak } from './i18n/i18n.ts';
import { parseSearch, readSelection, stringifySearch } from './selection/selection.ts';
import { SignInPage } from './session/SignInPage.tsx';
import { Shell } from './shell/Shell.tsx';
import { Failure, NotFound } from './shell/states.tsx';

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
  useEffect(() => speak(language), [language]);
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
  component: lazyRouteComponent(() => import('./overview/OverviewPage.tsx'), 'OverviewPage'),
});

const entities = createRoute({
  getParentRoute: () => signedIn,
  path: '/entities',
  component: lazyRouteComponent(() => import('./entities/EntitiesPage.tsx'), 'EntitiesPage'),
});

const entity = createRoute({
  getParentRoute: () => signedIn,
  path: '/entities/$entity',
  component: lazyRouteComponent(() => import('./entities/EntityPage.tsx'), 'EntityPage'),
});

const domains = createRoute({
  getParentRoute: () => signedIn,
  path: '/domains',
  component: lazyRouteComponent(() => import('./domains/DomainsPage.tsx'), 'DomainsPage'),
});

const domain = createRoute({
  getParentRoute: () => signedIn,
  path: '/domains/$domain',
  component: lazyRouteComponent(() => import('./domains/DomainPage.tsx'), 'DomainPage'),
});

const drilldown = createRoute({
  getParentRoute: () => signedIn,
  path: '/drilldown',
  component: lazyRouteComponent(() => import('./drilldown/DrilldownPage.tsx'), 'DrilldownPage'),
});

const comparison = createRoute({
  getParentRoute: () => signedIn,
  path: '/comparison',
  component: lazyRouteComponent(() => import('./comparison/ComparisonPage.tsx'), 'ComparisonPage'),
});

const governance = createRoute({
  getParentRoute: () => signedIn,
  path: '/governance',
  component: lazyRouteComponent(() => import('./governance/GovernancePage.tsx'), 'GovernancePage'),
});

const publications = createRoute({
  getParentRoute: () => signedIn,
  path: '/publications',
  component: lazyRouteComponent(() => import('./publications/PublicationsPage.tsx'), 'PublicationsPage'),
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
