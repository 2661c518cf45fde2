import type { App } from '@prorata/platform';
import type { EntityNode } from '../node/entity.ts';
import { tieOut } from '../tieout/tie-out.ts';
import { answered } from './answered.ts';
import { ProblemAnswer } from './finops.schema.ts';
import { READERS } from './roles.ts';
import * as schema from './tieout.schema.ts';

/** Facts, bills and books of a month, tied to each other. */
export function tieOutRoutes(app: App, entity: EntityNode): void {
  app.get(
    '/api/finops/tie-out/:month',
    {
      config: READERS,
      schema: {
        tags: ['reports'],
        operationId: 'tieOut',
        summary: 'From the facts over bills and invoices to the accounts of the ledger, each difference with its cause',
        params: schema.TieOutPath,
        querystring: schema.TieOutQuery,
        response: { 200: schema.TieOutAnswer, '4xx': ProblemAnswer },
      },
    },
    async (request) => {
      const language = request.query.lang ?? (request.context.locale.startsWith('fr') ? 'fr' : 'en');
      return answered(await tieOut(entity, request.params.month, language));
    },
  );
}
