import { type App, sendWritten } from '@prorata/platform';
import { withName, withNames } from '../service/names.ts';
import type { AnalyticNode } from '../service/node.ts';
import { BASE, callerOf, expectedVersion, KEYED_WRITERS, READERS, sendVersioned, WRITERS } from '../service/routes.ts';
import { IdPath, refusals } from '../service/schema.ts';
import { Axis, AxisChange, AxisPage, AxisQuery, NewAxis } from './axes.schema.ts';
import { axisById, changeAxis, createAxis, listAxes } from './axes.ts';

const about = (operationId: string, summary: string) => ({ tags: ['axes'], operationId, summary });

export function axisRoutes(app: App, node: AnalyticNode): void {
  app.post(
    `${BASE}/axes`,
    {
      config: KEYED_WRITERS,
      schema: { ...about('createAxis', 'Create an axis'), body: NewAxis, response: { 201: Axis, ...refusals } },
    },
    async (request, reply) => sendWritten(reply, await createAxis(node, callerOf(request), request.body)),
  );
  app.get(
    `${BASE}/axes`,
    {
      config: READERS,
      schema: { ...about('listAxes', 'Axes'), querystring: AxisQuery, response: { 200: AxisPage, ...refusals } },
    },
    async (request, reply) => {
      const page = await listAxes(node, request.context, request.query);
      return reply.send({ ...page, rows: await withNames(node, request, reply, page.rows) });
    },
  );
  app.get(
    `${BASE}/axes/:id`,
    {
      config: { ...READERS, version: 'answered' },
      schema: { ...about('axis', 'One axis'), params: IdPath, response: { 200: Axis, ...refusals } },
    },
    async (request, reply) => {
      const axis = await axisById(node, request.context, request.params.id);
      return sendVersioned(request, reply, axis.version, await withName(node, request, reply, axis));
    },
  );
  app.patch(
    `${BASE}/axes/:id`,
    {
      config: { ...WRITERS, version: 'matched' },
      schema: {
        ...about('changeAxis', 'Rename, deactivate or activate an axis'),
        params: IdPath,
        body: AxisChange,
        response: { 200: Axis, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const expected = expectedVersion(request);
      return sendWritten(reply, await changeAxis(node, callerOf(request), id, request.body, expected));
    },
  );
}
