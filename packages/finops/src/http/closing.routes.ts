import type { App } from '@prorata/platform';
import { adjustMonth, withdrawAdjustments } from '../closing/adjust.ts';
import { reportAdjustments } from '../closing/adjustments.ts';
import { closeMonth, lockMonth, reopenMonth } from '../closing/close.ts';
import { listPeriods, periodHistory } from '../closing/periods.ts';
import type { EntityNode } from '../node/entity.ts';
import { answered } from './answered.ts';
import * as schema from './closing.schema.ts';
import { answers, asker, refusals } from './described.ts';
import { NoQuery } from './finops.schema.ts';
import { CONTROLLERS, READERS } from './roles.ts';

const tags = ['periods'];

/** The states of months. Controllers close, lock and reopen; a locked month takes an administrator, which the use case asks. */
export function closingRoutes(app: App, entity: EntityNode): void {
  readingRoutes(app, entity);
  stateRoutes(app, entity);
  adjustmentRoutes(app, entity);
}

function readingRoutes(app: App, entity: EntityNode): void {
  app.get(
    '/api/finops/periods',
    {
      config: READERS,
      schema: {
        tags,
        operationId: 'listPeriods',
        summary: 'Every month with its state, what waits for it and what is booked elsewhere',
        querystring: NoQuery,
        response: answers(schema.PeriodList),
      },
    },
    async () => answered(await listPeriods(entity)),
  );
  app.get(
    '/api/finops/periods/history',
    {
      config: READERS,
      schema: {
        tags,
        operationId: 'periodHistory',
        summary: 'Who closed, locked and reopened months, when and why',
        querystring: schema.HistoryQuery,
        response: answers(schema.History),
      },
    },
    async (request) => answered(await periodHistory(entity, request.query.month)),
  );
}

function stateRoutes(app: App, entity: EntityNode): void {
  for (const [verb, change, summary] of [
    ['close', closeMonth, 'Close a month: freeze its costs with the Pricing View that valued them'],
    ['lock', lockMonth, 'Lock a closed month: only an administrator reopens it'],
  ] as const) {
    app.post(
      `/api/finops/periods/:month/${verb}`,
      {
        config: CONTROLLERS,
        schema: {
          tags,
          operationId: `${verb}Month`,
          summary,
          params: schema.MonthPath,
          response: answers(schema.PeriodChange),
        },
      },
      async (request) => {
        return answered(await change(entity, request.params.month, asker(request)));
      },
    );
  }
  app.post(
    '/api/finops/periods/:month/reopen',
    {
      config: CONTROLLERS,
      schema: {
        tags,
        operationId: 'reopenMonth',
        summary: 'Open a closed month again, with a reason; what waited for it is taken in',
        params: schema.MonthPath,
        body: schema.ReasonBody,
        response: answers(schema.PeriodChange),
      },
    },
    async (request) => {
      const { params, body } = request;
      return answered(await reopenMonth(entity, params.month, body.reason, asker(request)));
    },
  );
}

function adjustmentRoutes(app: App, entity: EntityNode): void {
  app.get(
    '/api/finops/periods/:month/adjustments',
    {
      config: READERS,
      schema: {
        tags,
        operationId: 'adjustmentsOfMonth',
        summary: 'Corrections of closed months that a month carries, at the grain of the facts',
        params: schema.MonthPath,
        response: answers(schema.AdjustmentReport),
      },
    },
    async (request) => answered(await reportAdjustments(entity, request.params.month)),
  );
  app.post(
    '/api/finops/periods/:month/adjustments',
    {
      config: CONTROLLERS,
      schema: {
        tags,
        operationId: 'adjustMonth',
        summary: 'Book what came too late for a closed month in an open one',
        params: schema.MonthPath,
        body: schema.AdjustBody,
        response: { 201: schema.AdjustmentChange, ...refusals },
      },
    },
    async (request, reply) => {
      const { context, idempotencyKey, params, body } = request;
      const done = await adjustMonth(entity, params.month, { into: body.into, context, idempotencyKey });
      return reply.code(201).send(answered(done));
    },
  );
  app.delete(
    '/api/finops/periods/:month/adjustments',
    {
      config: CONTROLLERS,
      schema: {
        tags,
        operationId: 'withdrawAdjustments',
        summary: 'Take back every booked correction of a closed month: its files wait again',
        params: schema.MonthPath,
        response: answers(schema.Withdrawn),
      },
    },
    async (request) => {
      const { params } = request;
      return answered(await withdrawAdjustments(entity, params.month, asker(request)));
    },
  );
}
