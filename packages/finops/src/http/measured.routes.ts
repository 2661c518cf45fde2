import type { App } from '@prorata/platform';
import { importMeasured } from '../measured/import-measured.ts';
import { listMeasured, reportCorrections } from '../measured/measured-reports.ts';
import type { EntityNode } from '../node/entity.ts';
import { answered } from './answered.ts';
import { answers, asker, describedAs, takes } from './described.ts';
import { NoQuery } from './finops.schema.ts';
import * as schema from './measured.schema.ts';
import { ANALYSTS, READERS } from './roles.ts';
import { withUpload } from './uploaded.ts';

const MOST_UPLOAD_BYTES = 1024 ** 3;

const imports = describedAs('imports');
const reports = describedAs('reports');

/** Consumption that was measured, and corrections of bills and measurements. */
export function measuredRoutes(app: App, entity: EntityNode): void {
  app.post(
    '/api/finops/consumption',
    {
      config: { ...ANALYSTS, upload: { maxBytes: MOST_UPLOAD_BYTES } },
      schema: {
        ...imports('importConsumption', 'Take measured consumption: CSV, gzip of CSV or Parquet'),
        querystring: schema.ImportMeasuredQuery,
        response: takes(schema.MeasuredAnswer),
      },
    },
    async (request, reply) => {
      const { source, replace = false, name = 'upload' } = request.query;
      return await withUpload(entity, request, async (path) => {
        const input = { path, name, replace, source };
        const answer = await importMeasured(entity, input, asker(request));
        return reply.code(answer.imported ? 201 : 200).send(answered(answer));
      });
    },
  );
  app.get(
    '/api/finops/consumption',
    {
      config: READERS,
      schema: {
        ...imports('listConsumption', 'The latest files of measured consumption'),
        querystring: NoQuery,
        response: answers(schema.MeasuredList),
      },
    },
    async () => answered(await listMeasured(entity)),
  );
  app.get(
    '/api/finops/corrections',
    {
      config: READERS,
      schema: {
        ...reports('corrections', 'Corrections issued in a month by the month they concern, or the other way round'),
        querystring: schema.CorrectionsQuery,
        response: answers(schema.CorrectionsAnswer),
      },
    },
    async (request) => answered(await reportCorrections(entity, request.query.month, request.query.direction)),
  );
}
