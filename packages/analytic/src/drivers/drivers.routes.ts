import { type App, sendWritten } from '@prorata/platform';
import { csvOf } from '../service/csv-text.ts';
import { withName, withNames } from '../service/names.ts';
import type { AnalyticNode } from '../service/node.ts';
import { BASE, callerOf, expectedVersion, READERS, sendVersioned, WRITERS } from '../service/routes.ts';
import { IdPath, refusals } from '../service/schema.ts';
import { computeMonth } from './computed.ts';
import {
  Driver,
  DriverPage,
  DriverQuery,
  DriverValues,
  MonthPath,
  MonthValues,
  NewDriver,
  ValuesQuery,
  ValuesStored,
} from './drivers.schema.ts';
import { createDriver, driverById, listDrivers } from './drivers.ts';
import { putCsv, putMonth, valuesOf } from './values.ts';

const about = (operationId: string, summary: string) => ({ tags: ['drivers'], operationId, summary });
const MOST_CSV_BYTES = 16 * 1024 ** 2;

export function driverRoutes(app: App, node: AnalyticNode): void {
  app.post(
    `${BASE}/drivers`,
    {
      config: WRITERS,
      schema: {
        ...about('createDriver', 'Create a driver: weights by month for the dimensions of one axis'),
        body: NewDriver,
        response: { 201: Driver, ...refusals },
      },
    },
    async (request, reply) => sendWritten(reply, await createDriver(node, callerOf(request), request.body)),
  );
  app.get(
    `${BASE}/drivers`,
    {
      config: READERS,
      schema: {
        ...about('listDrivers', 'Drivers'),
        querystring: DriverQuery,
        response: { 200: DriverPage, ...refusals },
      },
    },
    async (request, reply) => {
      const page = await listDrivers(node, request.context, request.query);
      return reply.send({ ...page, rows: await withNames(node, request, reply, page.rows) });
    },
  );
  app.get(
    `${BASE}/drivers/:id`,
    {
      config: { ...READERS, version: 'answered' },
      schema: { ...about('driver', 'One driver'), params: IdPath, response: { 200: Driver, ...refusals } },
    },
    async (request, reply) => {
      const driver = await driverById(node, request.context, request.params.id);
      return sendVersioned(request, reply, driver.version, await withName(node, request, reply, driver));
    },
  );
  valueRoutes(app, node);
}

function valueRoutes(app: App, node: AnalyticNode): void {
  app.get(
    `${BASE}/drivers/:id/values`,
    {
      config: { ...READERS, version: 'answered' },
      schema: {
        ...about('driverValues', 'Weights from one month to another'),
        params: IdPath,
        querystring: ValuesQuery,
        response: { 200: DriverValues, ...refusals },
      },
    },
    async (request, reply) => {
      const { from, to } = request.query;
      const values = await valuesOf(node, request.context, request.params.id, from, to);
      return sendVersioned(request, reply, values.version, values);
    },
  );
  app.put(
    `${BASE}/drivers/:id/values`,
    {
      config: { ...WRITERS, version: 'matched', upload: { maxBytes: MOST_CSV_BYTES, types: ['text/csv'] } },
      schema: {
        ...about('putDriverCsv', 'Replace the months that a CSV file names: month,dimension,weight'),
        params: IdPath,
        response: { 200: ValuesStored, ...refusals },
      },
    },
    async (request, reply) => {
      const csv = await csvOf(request);
      return sendWritten(
        reply,
        await putCsv(node, callerOf(request), request.params.id, csv, expectedVersion(request)),
      );
    },
  );
  app.post(
    `${BASE}/drivers/:id/values/:month/compute`,
    {
      config: WRITERS,
      schema: {
        ...about('computeDriverMonth', 'Let the source of a driver compute the weights of a month, and keep them'),
        params: MonthPath,
        response: { 200: ValuesStored, ...refusals },
      },
    },
    async (request, reply) => {
      const { id, month } = request.params;
      return sendWritten(reply, await computeMonth(node, callerOf(request), id, month));
    },
  );
  app.put(
    `${BASE}/drivers/:id/values/:month`,
    {
      config: { ...WRITERS, version: 'matched' },
      schema: {
        ...about('putDriverMonth', 'Replace the weights of one month'),
        params: MonthPath,
        body: MonthValues,
        response: { 200: ValuesStored, ...refusals },
      },
    },
    async (request, reply) => {
      const { id, month } = request.params;
      return sendWritten(
        reply,
        await putMonth(node, callerOf(request), id, month, request.body, expectedVersion(request)),
      );
    },
  );
}
