import type { App } from '@prorata/platform';
import { adjustMonth, withdrawAdjustments } from '../closing/adjust.ts';
import { reportAdjustments } from '../closing/adjustments.ts';
import { closeMonth, lockMonth, reopenMonth } from '../closing/close.ts';
import { listPeriods, periodHistory } from '../closing/periods.ts';
import type { EntityNode } from '../node/entity.ts';
import { answered } from './answered.ts';
import * as schema from './closing.schema.ts';
import { NoQuery, ProblemAnswer } from './finops.schema.ts';
import { CONTROLLERS, READERS } from './roles.ts';

const refusals = { '4xx': ProblemAnswer };
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
        response: { 200: schema.PeriodList, ...refusals },
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
        response: { 200: schema.History, ...refusals },
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
          response: { 200: schema.PeriodChange, ...refusals },
        },
      },
      async (request) => {
        const { context, idempotencyKey } = request;
        return answered(await change(entity, request.params.month, { context, idempotencyKey }));
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
        response: { 200: schema.PeriodChange, ...refusals },
      },
    },
    async (request) => {
      const { context, idempotencyKey, params, body } = request;
      return answered(await reopenMonth(entity, params.month, body.reason, { context, idempotencyKey }));
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
        response: { 200: schema.AdjustmentReport, ...refusals },
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
        response: { 200: schema.Withdrawn, ...refusals },
      },
    },
    async (request) => {
      const { context, idempotencyKey, params } = request;
      return answered(await withdrawAdjustments(entity, params.month, { context, idempotencyKey }));
    },
  );
}
