import { type App, sendWritten } from '@prorata/platform';
import { csvOf } from '../service/csv-text.ts';
import { withName, withNames } from '../service/names.ts';
import type { AnalyticNode } from '../service/node.ts';
import { BASE, callerOf, expectedVersion, READERS, sendVersioned, WRITERS } from '../service/routes.ts';
import { IdPath, refusals } from '../service/schema.ts';
import {
  Dimension,
  DimensionChange,
  DimensionPage,
  DimensionQuery,
  DimensionsImportedSchema,
  NewDimension,
} from './dimensions.schema.ts';
import { changeDimension, createDimension, dimensionById, listDimensions } from './dimensions.ts';
import { importDimensionCsv } from './import-dimensions.ts';

const MOST_CSV_BYTES = 16 * 1024 ** 2;

const about = (operationId: string, summary: string) => ({ tags: ['dimensions'], operationId, summary });

export function dimensionRoutes(app: App, node: AnalyticNode): void {
  app.post(
    `${BASE}/dimensions`,
    {
      config: WRITERS,
      schema: {
        ...about(
          'createDimension',
          'Create a dimension; send an Idempotency-Key, so that a repetition changes nothing',
        ),
        body: NewDimension,
        response: { 201: Dimension, ...refusals },
      },
    },
    async (request, reply) => sendWritten(reply, await createDimension(node, callerOf(request), request.body)),
  );
  app.post(
    `${BASE}/dimensions/import`,
    {
      config: { ...WRITERS, upload: { maxBytes: MOST_CSV_BYTES, types: ['text/csv'] } },
      schema: {
        ...about(
          'importDimensions',
          'Bring dimensions in line with a CSV file (axis,code and parent,name where it has them): all rows or none',
        ),
        response: { 200: DimensionsImportedSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const csv = await csvOf(request);
      return sendWritten(reply, await importDimensionCsv(node, callerOf(request), csv));
    },
  );
  app.get(
    `${BASE}/dimensions`,
    {
      config: READERS,
      schema: {
        ...about('listDimensions', 'Dimensions of an axis, or of all'),
        querystring: DimensionQuery,
        response: { 200: DimensionPage, ...refusals },
      },
    },
    async (request, reply) => {
      const page = await listDimensions(node, request.context, request.query);
      return reply.send({ ...page, rows: await withNames(node, request, reply, page.rows) });
    },
  );
  app.get(
    `${BASE}/dimensions/:id`,
    {
      config: { ...READERS, version: 'answered' },
      schema: { ...about('dimension', 'One dimension'), params: IdPath, response: { 200: Dimension, ...refusals } },
    },
    async (request, reply) => {
      const dimension = await dimensionById(node, request.context, request.params.id);
      return sendVersioned(request, reply, dimension.version, await withName(node, request, reply, dimension));
    },
  );
  app.patch(
    `${BASE}/dimensions/:id`,
    {
      config: { ...WRITERS, version: 'matched' },
      schema: {
        ...about('changeDimension', 'Rename, move, deactivate or activate a dimension'),
        params: IdPath,
        body: DimensionChange,
        response: { 200: Dimension, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const expected = expectedVersion(request);
      return sendWritten(reply, await changeDimension(node, callerOf(request), id, request.body, expected));
    },
  );
}
