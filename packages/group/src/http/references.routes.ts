import { type App, uploadOf } from '@prorata/platform';
import { PUBLISHER_ROLE } from '../enrolment/entity-tokens.ts';
import type { GroupNode } from '../node/group-node.ts';
import { listReferenceVersions, placesToday, referencesAt, referencesSince } from '../references/listing.ts';
import { importReferences } from '../references/references.ts';
import * as schema from './governance.schema.ts';
import { acting, described, FILE_TYPES, FILES, textOf } from './governing.ts';
import { CONSOLIDATED } from './reports.routes.ts';

const words = described.bind(null, 'group references');
const EVERYBODY = { ...CONSOLIDATED, roles: [...CONSOLIDATED.roles, PUBLISHER_ROLE] };

/** Domains, families and products of the group, by version; entities ask for what changed. */
export function registerReferenceRoutes(app: App, group: GroupNode): void {
  app.get(
    '/api/group/references',
    {
      config: EVERYBODY,
      schema: {
        ...words(
          'groupReferences',
          'What changed after a version, as it stands now; all where none is named',
          schema.ReferencesAnswer,
        ),
        querystring: schema.SinceQuery,
      },
    },
    async (request) => {
      const { version, domains, families, products } = await referencesSince(group, request.query.since);
      return { version, domains: [...domains], families: [...families], products: [...products] };
    },
  );
  app.post(
    '/api/group/references',
    {
      config: FILES,
      schema: {
        ...words('importReferences', 'Publish a file (CSV or JSON) as the next version', schema.ReferencesImport),
        consumes: FILE_TYPES,
        querystring: schema.NameQuery,
      },
    },
    async (request) => {
      const { name = 'upload' } = request.query;
      return await importReferences(group, { text: await textOf(uploadOf(request)), name }, acting(request));
    },
  );
  app.get(
    '/api/group/references/versions',
    {
      config: CONSOLIDATED,
      schema: {
        ...words('groupReferenceVersions', 'Every version there was, the newest first', schema.ReferenceVersions),
        querystring: schema.NoQuery,
      },
    },
    async () => ({ rows: await listReferenceVersions(group) }),
  );
  app.get(
    '/api/group/references/versions/:version',
    {
      config: CONSOLIDATED,
      schema: {
        ...words('groupReferencesThen', 'The references as they stood in one version', schema.ReferencesThenAnswer),
        params: schema.VersionPath,
      },
    },
    async (request) => {
      const { version, domains, families, products } = await referencesAt(group, request.params.version);
      const kept = <Row extends { readonly replaced_by?: string | null }>(rows: readonly Row[]) =>
        rows.map((row) => ({ ...row, replaced_by: row.replaced_by ?? null }));
      return { version, domains: kept(domains), families: kept(families), products: kept(products) };
    },
  );
  app.get(
    '/api/group/references/today',
    {
      config: CONSOLIDATED,
      schema: {
        ...words(
          'groupReferencesToday',
          'Codes that are called otherwise or belong elsewhere today than once',
          schema.TodayAnswer,
        ),
        querystring: schema.TodayQuery,
      },
    },
    async (request) => ({ rows: await placesToday(group, request.query) }),
  );
}
