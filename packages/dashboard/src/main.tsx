import '@mantine/core/styles.css';
import './theme/global.css';
import { MantineProvider } from '@mantine/core';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiProblem, needsSignIn } from './api/problem.ts';
import { sessionQuery } from './api/queries.ts';
import { preferredLanguage, startWords } from './i18n/i18n.ts';
import { makeRouter } from './routes.tsx';
import { parseSearch, readSelection } from './selection/selection.ts';
import { theme } from './theme/theme.ts';

/** The nonce of this answer: the browser hides the attribute from scripts, not the property. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
// Under Mantine's drawers, get-nonce looks for it under the name that bundlers gave it first.
Object.assign(window, { __webpack_nonce__: nonce });

startWords(readSelection(parseSearch(window.location.search)).lang ?? preferredLanguage());

const client = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      // Before there was a session the router asks for a sign-in itself, and nothing has ended.
      const before = client.getQueryData(sessionQuery.queryKey) !== undefined;
      if (before && needsSignIn(error) && query.queryKey[0] !== 'session') signInAgain();
    },
  }),
  defaultOptions: {
    queries: {
      // A node on this machine or network answers whether or not the browser thinks that there is an Internet.
      networkMode: 'always',
      staleTime: 30_000,
      // A refusal stays one; a broken connection may heal.
      retry: (count, error) => count < 2 && !(error instanceof ApiProblem && error.status >= 400 && error.status < 500),
    },
  },
});
const router = makeRouter(client);

let leaving = false;

/** Once, however many questions were refused: clearing again would take from the sign-in page what it has asked. */
function signInAgain(): void {
  const { href, pathname } = router.state.location;
  if (leaving || pathname === '/sign-in') return;
  leaving = true;
  client.clear();
  void router.navigate({ to: '/sign-in', search: { next: href, ended: true } }).finally(() => {
    leaving = false;
  });
}

const host = document.getElementById('root');
if (host === null) throw new Error('index.html has no element #root');
createRoot(host).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
