import createClient from 'openapi-fetch';
import type { paths } from '../generated/group-api.ts';
import { ApiProblem, OFFLINE, readProblem } from './problem.ts';

/** The group node, typed by its own OpenAPI description. The header proves to the node that a page of its own is asking (CSRF). */
export const api = createClient<paths, 'application/json'>({
  baseUrl: '/',
  headers: { 'X-Requested-With': 'prorata' },
});

// The node tells refusals in the language of the page, which need not be the browser's.
api.use({
  onRequest({ request }) {
    request.headers.set('Accept-Language', document.documentElement.lang);
  },
});

interface Call<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/**
 * The body of an answer.
 *
 * @throws ApiProblem for every refusal, and with code `OFFLINE` when there was no answer
 */
export async function answer<T>(call: Promise<Call<T>>): Promise<T> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    throw new ApiProblem({ status: 0, code: OFFLINE, title: OFFLINE, detail: String(cause) });
  });
  if (!response.ok) throw readProblem(response.status, error, response.headers.get('Content-Language'));
  return data as T;
}
