import { type App, scopeOf, sendWritten } from '@prorata/platform';
import { type LedgerConfig, ledgerConfig, putLedgerConfig } from '../periods/config.ts';
import { holdPeriod, listPeriods, releasePeriod } from '../periods/hold.ts';
import type { LedgerHttp } from './ledger-http.ts';
import {
  ADMINS,
  BASE,
  Config,
  HoldBody,
  MonthPath,
  Period,
  PeriodList,
  PeriodQuery,
  READERS,
  refusals,
} from './schema.ts';

const about = (operationId: string, summary: string) => ({ tags: ['ledger'], operationId, summary });

export function periodRoutes(app: App, { db }: LedgerHttp): void {
  app.get(
    `${BASE}/periods`,
    {
      config: READERS,
      schema: {
        ...about('listPeriods', 'Months that the general ledger or the legal entity spoke of; every other one is open'),
        querystring: PeriodQuery,
        response: { 200: PeriodList, ...refusals },
      },
    },
    async (request, reply) => {
      const { query, context } = request;
      const rows = await db.transaction(scopeOf(context), (tx) => listPeriods(tx, query), { readOnly: true });
      return reply.send({ rows });
    },
  );
  for (const [verb, change, summary] of [
    ['lock', holdPeriod, 'Lock a month by hand, beside what the general ledger says'],
    ['unlock', releasePeriod, 'Take a lock by hand back; a lock of the general ledger stays'],
  ] as const) {
    app.post(
      `${BASE}/periods/:month/${verb}`,
      {
        config: ADMINS,
        schema: {
          ...about(`${verb}Period`, summary),
          params: MonthPath,
          body: HoldBody,
          response: { 200: Period, ...refusals },
        },
      },
      async (request, reply) => {
        const { month } = request.params;
        const { reason } = request.body;
        const { method, idempotencyKey } = request;
        const route = `${BASE}/periods/:month/${verb}`;
        return sendWritten(reply, await change(db, request.context, { month, reason, method, route, idempotencyKey }));
      },
    );
  }
  configRoutes(app, { db });
}

function configRoutes(app: App, { db }: Pick<LedgerHttp, 'db'>): void {
  app.get(
    `${BASE}/config`,
    {
      config: READERS,
      schema: {
        ...about(
          'ledgerConfig',
          'How the legal entity reads its books: opening and closing journals, accounts by default',
        ),
        response: { 200: Config, ...refusals },
      },
    },
    async (request, reply) => {
      const found = await db.transaction(scopeOf(request.context), ledgerConfig, { readOnly: true });
      return reply.send(toldConfig(found));
    },
  );
  app.put(
    `${BASE}/config`,
    {
      config: ADMINS,
      schema: {
        ...about('setLedgerConfig', 'Replace the configuration; entries stay, it is applied when they are read'),
        body: Config,
        response: { 200: Config, ...refusals },
      },
    },
    async (request, reply) => {
      const stored = await putLedgerConfig(db, request.context, request.body, request.idempotencyKey);
      return sendWritten(reply, { ...stored, body: toldConfig(stored.body) });
    },
  );
}

function toldConfig({ opening_journals, closing_journals, default_accounts }: LedgerConfig) {
  return {
    opening_journals: [...opening_journals],
    closing_journals: [...closing_journals],
    default_accounts: [...default_accounts],
  };
}
