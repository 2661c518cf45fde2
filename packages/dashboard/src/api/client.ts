import createClient from 'openapi-fetch';
import type { paths } from '../generated/group-api.ts';
import { ApiProblem, OFFLINE, readProblem } from './problem.ts';

/** The group node, typed by its own OpenAPI description. The header proves to the node that a page of its own is asking (CSRF). */
export const api = createClient<paths, 'application/json'>({
  baseUrl: '/',
  headers: { 'X-Requested-With': 'prorata' },
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
  if (!response.ok) throw readProblem(response.status, error);
  return data as T;
}
