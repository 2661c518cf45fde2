import type { App } from '@prorata/platform';
import { importMeasured } from '../measured/import-measured.ts';
import { listMeasured, reportCorrections } from '../measured/measured-reports.ts';
import type { EntityNode } from '../node/entity.ts';
import { answered } from './answered.ts';
import { NoQuery, ProblemAnswer } from './finops.schema.ts';
import * as schema from './measured.schema.ts';
import { ANALYSTS, READERS } from './roles.ts';
import { withUpload } from './uploaded.ts';

const MOST_UPLOAD_BYTES = 1024 ** 3;
const refusals = { '4xx': ProblemAnswer, '5xx': ProblemAnswer };

/** Consumption that was measured, and corrections of bills and measurements. */
export function measuredRoutes(app: App, entity: EntityNode): void {
  app.post(
    '/api/finops/consumption',
    {
      config: { ...ANALYSTS, upload: { maxBytes: MOST_UPLOAD_BYTES } },
      schema: {
        tags: ['imports'],
        operationId: 'importConsumption',
        summary: 'Take measured consumption: CSV, gzip of CSV or Parquet',
        querystring: schema.ImportMeasuredQuery,
        response: { 200: schema.MeasuredAnswer, 201: schema.MeasuredAnswer, ...refusals },
      },
    },
    async (request, reply) => {
      const { context, idempotencyKey } = request;
      const { source, replace = false, name = 'upload' } = request.query;
      return await withUpload(entity, request, async (path) => {
        const input = { path, name, replace, source };
        const answer = await importMeasured(entity, input, { context, idempotencyKey });
        return reply.code(answer.imported ? 201 : 200).send(answered(answer));
      });
    },
  );
  app.get(
    '/api/finops/consumption',
    {
      config: READERS,
      schema: {
        tags: ['imports'],
        operationId: 'listConsumption',
        summary: 'The latest files of measured consumption',
        querystring: NoQuery,
        response: { 200: schema.MeasuredList, ...refusals },
      },
    },
    async () => answered(await listMeasured(entity)),
  );
  app.get(
    '/api/finops/corrections',
    {
      config: READERS,
      schema: {
        tags: ['reports'],
        operationId: 'corrections',
        summary: 'Corrections issued in a month by the month they concern, or the other way round',
        querystring: schema.CorrectionsQuery,
        response: { 200: schema.CorrectionsAnswer, ...refusals },
      },
    },
    async (request) => answered(await reportCorrections(entity, request.query.month, request.query.direction)),
  );
}
