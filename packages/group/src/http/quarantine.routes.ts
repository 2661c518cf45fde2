import type { App } from '@prorata/platform';
import { discardQuarantined, listQuarantine, replayQuarantined, showQuarantined } from '../intake/quarantined.ts';
import type { GroupNode } from '../node/group-node.ts';
import * as schema from './governance.schema.ts';
import { ADMINS, acting, described } from './governing.ts';
import { ReceiptAnswer } from './publications.schema.ts';
import { CONSOLIDATED } from './reports.routes.ts';
import { telling } from './telling.ts';

const words = described.bind(null, 'group quarantine');

/** Refused bundles: why, and taking them once the cause is gone. */
export function registerQuarantineRoutes(app: App, group: GroupNode): void {
  app.get(
    '/api/group/quarantine',
    {
      config: CONSOLIDATED,
      schema: {
        ...words(
          'groupQuarantine',
          'Refused bundles, the latest first; those that are held unless told',
          schema.Quarantine,
        ),
        querystring: schema.QuarantineQuery,
      },
    },
    async (request, reply) => {
      const told = telling(request, reply);
      return { rows: (await listQuarantine(group, request.query)).map(told.entry) };
    },
  );
  app.get(
    '/api/group/quarantine/:id',
    {
      config: CONSOLIDATED,
      schema: {
        ...words('groupQuarantined', 'One refused bundle with its report', schema.QuarantinedReport),
        params: schema.QuarantinePath,
      },
    },
    async (request, reply) => {
      const told = telling(request, reply);
      const { report, ...entry } = await showQuarantined(group, request.params.id);
      return { ...told.entry(entry), report: told.report(report) };
    },
  );
  app.post(
    '/api/group/quarantine/:id/replay',
    {
      config: ADMINS,
      schema: {
        ...words('replayQuarantined', 'Take a refused bundle through the whole intake again', ReceiptAnswer),
        params: schema.QuarantinePath,
      },
    },
    async (request) => replayQuarantined(group, request.params.id, { context: request.context }),
  );
  app.post(
    '/api/group/quarantine/:id/discard',
    {
      config: ADMINS,
      schema: {
        ...words('discardQuarantined', 'Let a refused bundle go; its report stays', schema.Quarantined),
        params: schema.QuarantinePath,
        body: schema.ReasonBody,
      },
    },
    async (request, reply) => {
      const entry = await discardQuarantined(group, { ...request.params, ...request.body }, acting(request));
      return telling(request, reply).entry(entry);
    },
  );
}
