import type { App } from '@prorata/platform';
import { Type } from 'typebox';
import { withDimensionNames } from '../service/names.ts';
import type { AnalyticNode } from '../service/node.ts';
import { BASE, READERS } from '../service/routes.ts';
import { refusals } from '../service/schema.ts';
import { AnalyticBalance, BalanceQuery } from './balance.schema.ts';
import { analyticBalance, balanceCsv } from './balance.ts';

const content = {
  'application/json': { schema: AnalyticBalance },
  'text/csv': { schema: Type.String() },
};

export function balanceRoutes(app: App, node: AnalyticNode): void {
  app.get(
    `${BASE}/balance`,
    {
      config: READERS,
      schema: {
        tags: ['balance'],
        operationId: 'balance',
        summary: 'What an axis bears by dimension and month, tied to the ledger by account',
        querystring: BalanceQuery,
        response: { 200: { description: 'The balance', content }, ...refusals },
      },
    },
    async (request, reply) => {
      const { format = 'json', view = 'tree', axis, from, to } = request.query;
      const found = await analyticBalance(node, request.context, request.query);
      const rows = await withDimensionNames(node, request, reply, found.axis.id, found.rows);
      const balance = { ...found, rows };
      if (format === 'json') return reply.type('application/json').send(balance);
      const name = `balance_${axis.replaceAll(/[^A-Za-z0-9_.-]/g, '_')}_${from}_${to}_${view}.csv`;
      reply.header('content-disposition', `attachment; filename="${name}"`);
      return reply.type('text/csv; charset=utf-8').send(balanceCsv(balance, view));
    },
  );
}
