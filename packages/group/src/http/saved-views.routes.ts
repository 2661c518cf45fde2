import type { App } from '@prorata/platform';
import { Type } from 'typebox';
import { REPORT_ROLES } from '../access/reach.ts';
import { GROUP_MODULE, type GroupNode } from '../node/group-node.ts';
import { deleteView, LONGEST_ADDRESS, LONGEST_NAME, listViews, saveView } from '../views/saved-views.ts';
import { nodeFor } from './answers.ts';
import { acting, described } from './governing.ts';

const words = described.bind(null, 'group views');
const READERS = { roles: REPORT_ROLES, module: GROUP_MODULE };
/** A view is the reader's own: no token of one entity is asked for, and one that names an entity stays inside its walls. */
const WRITERS = { ...READERS, legalEntity: 'none' as const };

const Uuid = Type.String({ format: 'uuid' });
const view = {
  name: Type.String({ minLength: 1, maxLength: LONGEST_NAME, pattern: '\\S' }),
  address: Type.String({
    maxLength: LONGEST_ADDRESS,
    pattern: '^/([^/\\\\\\s]\\S*)?$',
    description: 'Path and search of the dashboard; nothing of another host',
  }),
  shared: Type.Boolean({ description: 'Seen by everybody who reads as much of the group' }),
};
const View = Type.Object({
  view_id: Uuid,
  ...view,
  mine: Type.Boolean(),
  saved_at: Type.String({ format: 'date-time' }),
});
const ViewPath = Type.Object({ view_id: Uuid });

/** Addresses of the dashboard that readers named, for themselves or for all who read as much. */
export function registerSavedViewRoutes(app: App, group: GroupNode): void {
  app.get(
    '/api/group/saved-views',
    {
      config: READERS,
      schema: {
        ...words(
          'groupSavedViews',
          "The caller's views and those that others share",
          Type.Object({ rows: Type.Array(View) }),
        ),
        querystring: Type.Object({}, { additionalProperties: false }),
      },
    },
    async ({ context }) => ({ rows: await listViews(await nodeFor(group, context), { context }) }),
  );
  app.post(
    '/api/group/saved-views',
    {
      config: WRITERS,
      schema: {
        ...words('saveView', "Save a view; the caller's view of the same name is replaced", View),
        body: Type.Object(view, { additionalProperties: false }),
      },
    },
    async (request) => saveView(await nodeFor(group, request.context), request.body, acting(request)),
  );
  app.delete(
    '/api/group/saved-views/:view_id',
    {
      config: WRITERS,
      schema: {
        ...words('deleteView', 'Delete a view of the caller; who governs the group deletes shared ones too', ViewPath),
        params: ViewPath,
      },
    },
    async (request) => deleteView(await nodeFor(group, request.context), request.params, acting(request)),
  );
}
