import type { App } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { listPeriods } from '../periods/list-periods.ts';
import { lockMonth, reopenMonth } from '../periods/period-status.ts';
import * as schema from './governance.schema.ts';
import { ADMINS, acting, described } from './governing.ts';
import { CONSOLIDATED } from './reports.routes.ts';

const words = described.bind(null, 'group months');

/** Months of the group: what they wait for, what they are made of, who differs from them. */
export function registerPeriodRoutes(app: App, group: GroupNode): void {
  app.get(
    '/api/group/periods',
    {
      config: CONSOLIDATED,
      schema: {
        ...words('groupPeriods', 'Every month that anybody published, the latest first', schema.Periods),
        querystring: schema.NoQuery,
      },
    },
    async () => ({
      rows: (await listPeriods(group)).map((row) => ({
        ...row,
        publications: [...row.publications],
        waiting_for: [...row.waiting_for],
        differs: [...row.differs],
        adjusts: [...row.adjusts],
      })),
    }),
  );
  app.post(
    '/api/group/periods/:month/lock',
    {
      config: ADMINS,
      schema: {
        ...words(
          'lockPeriod',
          'Refuse later revisions, and pin publications, rates and references',
          schema.PeriodAnswer,
        ),
        params: schema.MonthPath,
        body: schema.LockBody,
      },
    },
    async (request) => lockMonth(group, { ...request.params, ...request.body }, acting(request)),
  );
  app.post(
    '/api/group/periods/:month/reopen',
    {
      config: ADMINS,
      schema: {
        ...words('reopenPeriod', 'Let a locked month take revisions again', schema.PeriodAnswer),
        params: schema.MonthPath,
        body: schema.ReasonBody,
      },
    },
    async (request) => reopenMonth(group, { ...request.params, ...request.body }, acting(request)),
  );
}
