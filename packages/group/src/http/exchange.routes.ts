import { type App, uploadOf } from '@prorata/platform';
import { listRateSets } from '../exchange/list-sets.ts';
import { importRates } from '../exchange/rate-sets.ts';
import type { GroupNode } from '../node/group-node.ts';
import * as schema from './governance.schema.ts';
import { acting, described, FILE_TYPES, FILES, textOf } from './governing.ts';
import { CONSOLIDATED } from './reports.routes.ts';

const words = described.bind(null, 'group exchange');

/** Rate sets: what there is, and one more. Which one converts open months is part of the policy. */
export function registerExchangeRoutes(app: App, group: GroupNode): void {
  app.get(
    '/api/group/rate-sets',
    {
      config: CONSOLIDATED,
      schema: {
        ...words('groupRateSets', 'Every rate set, the latest first', schema.RateSets),
        querystring: schema.NoQuery,
      },
    },
    async () => ({ rows: (await listRateSets(group)).map((row) => ({ ...row, pinned_by: [...row.pinned_by] })) }),
  );
  app.post(
    '/api/group/rate-sets',
    {
      config: FILES,
      schema: {
        ...words('importRates', "Make a rate set of the European Central Bank's file, or of a CSV", schema.RatesImport),
        consumes: FILE_TYPES,
        querystring: schema.RatesQuery,
      },
    },
    async (request) => {
      const { name = 'upload', source, base, onto } = request.query;
      const told = {
        ...(source === undefined ? {} : { source }),
        ...(base === undefined ? {} : { base }),
        ...(onto === undefined ? {} : { onto: onto === 'latest' ? ('latest' as const) : Number(onto) }),
      };
      const imported = await importRates(
        group,
        { text: await textOf(uploadOf(request)), name, ...told },
        acting(request),
      );
      const lost = { currencies: [...imported.lost.currencies], months: [...imported.lost.months] };
      return { ...imported, provisional: [...imported.provisional], lost };
    },
  );
}
