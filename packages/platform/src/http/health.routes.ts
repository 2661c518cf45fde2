import { Type } from 'typebox';
import { platformProblem } from '../problem/platform-problems.ts';
import type { App } from './app.ts';

/** Name of a check to what is wrong; undefined when all is well. */
export type ReadyChecks = Readonly<Record<string, () => Promise<void>>>;

/** `/health` says that the process answers, `/health/ready` that what it needs answers too. */
export function registerHealth(app: App, version: string, checks: ReadyChecks): void {
  const Status = Type.Object({ status: Type.Literal('ok'), version: Type.String() });
  // Monitors ask often, each for itself; the second one reaches for the database.
  const config = { rateLimit: { max: 600, timeWindow: 60_000 } };

  app.get(
    '/health',
    {
      config,
      schema: { tags: ['operations'], summary: 'The process answers', response: { 200: Status } },
    },
    async () => ({ status: 'ok' as const, version }),
  );

  app.get(
    '/health/ready',
    {
      config,
      schema: { tags: ['operations'], summary: 'The process and what it needs answer', response: { 200: Status } },
    },
    async () => {
      const names = Object.keys(checks);
      const results = await Promise.allSettled(Object.values(checks).map((check) => check()));
      const failed = names.filter((_name, index) => results[index]?.status === 'rejected');
      if (failed.length > 0) {
        const causes = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
        throw platformProblem(
          'NOT_READY',
          `not ready: ${failed.join(', ')}`,
          { checks: failed },
          new AggregateError(causes),
        );
      }
      return { status: 'ok' as const, version };
    },
  );
}
