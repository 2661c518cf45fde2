import type { App } from '@prorata/platform';
import type { EntityNode } from '../node/entity.ts';
import { deactivateReference, mapReference, reactivateReference } from '../references/change-reference.ts';
import { importReferences } from '../references/import-references.ts';
import { listReferences, referenceChanges, unmappedReferences } from '../references/list-references.ts';
import { pullReferences } from '../references/pull-references.ts';
import { answered } from './answered.ts';
import { answers, asker, describedAs, takes } from './described.ts';
import * as schema from './references.schema.ts';
import { ANALYSTS, READERS } from './roles.ts';
import { withUpload } from './uploaded.ts';

const MOST_UPLOAD_BYTES = 64 * 1024 ** 2;
const said = describedAs('references');

/** Domains, families, products and applications of the entity, and what they stand for in the group. */
export function referenceRoutes(app: App, entity: EntityNode): void {
  readRoutes(app, entity);
  importRoute(app, entity);
  changeRoutes(app, entity);
}

function readRoutes(app: App, entity: EntityNode): void {
  app.get(
    '/api/finops/references',
    {
      config: READERS,
      schema: {
        ...said('listReferences', 'The references, deactivated ones included, or those that hold in a month'),
        querystring: schema.ReferencesQuery,
        response: answers(schema.ReferencesAnswer),
      },
    },
    async (request) => answered(await listReferences(entity, request.query)),
  );
  app.get(
    '/api/finops/references/changes',
    {
      config: READERS,
      schema: {
        ...said('referenceChanges', 'Who changed which reference, newest first'),
        querystring: schema.ChangesQuery,
        response: answers(schema.ChangesAnswer),
      },
    },
    async (request) => answered(await referenceChanges(entity, request.query)),
  );
  app.get(
    '/api/finops/references/unmapped',
    {
      config: READERS,
      schema: {
        ...said(
          'unmappedReferences',
          'What facts name and the group does not know: domains refuse a publication, products are counted',
        ),
        querystring: schema.UnmappedQuery,
        response: answers(schema.UnmappedAnswer),
      },
    },
    async (request) => answered(await unmappedReferences(entity, request.query.month)),
  );
}

function importRoute(app: App, entity: EntityNode): void {
  app.post(
    '/api/finops/references/imports',
    {
      config: { ...ANALYSTS, upload: { maxBytes: MOST_UPLOAD_BYTES } },
      schema: {
        ...said('importReferences', 'Take a file of references: CSV, Parquet, YAML or JSON'),
        querystring: schema.ImportReferencesQuery,
        response: takes(schema.ReferencesImported),
      },
    },
    async (request, reply) => {
      const { name = 'upload' } = request.query;
      return await withUpload(entity, request, async (path) => {
        const answer = await importReferences(entity, { path, name }, asker(request));
        return reply.code(answer.added + answer.changed > 0 ? 201 : 200).send(answered(answer));
      });
    },
  );
}

function changeRoutes(app: App, entity: EntityNode): void {
  app.post(
    '/api/finops/references/deactivate',
    {
      config: ANALYSTS,
      schema: {
        ...said('deactivateReference', 'End a reference with a last month; its history stays'),
        body: schema.DeactivateBody,
        response: answers(schema.Reference),
      },
    },
    async (request) => {
      const { last_month, ...name } = request.body;
      return answered(await deactivateReference(entity, name, last_month, asker(request)));
    },
  );
  app.post(
    '/api/finops/references/reactivate',
    {
      config: ANALYSTS,
      schema: {
        ...said('reactivateReference', 'Let a reference hold again'),
        body: schema.ReactivateBody,
        response: answers(schema.Reference),
      },
    },
    async (request) => {
      const { body } = request;
      return answered(await reactivateReference(entity, body, asker(request)));
    },
  );
  app.post(
    '/api/finops/references/map',
    {
      config: ANALYSTS,
      schema: {
        ...said('mapReference', 'Say which code of the group a reference stands for; null takes that back'),
        body: schema.MapBody,
        response: answers(schema.Reference),
      },
    },
    async (request) => {
      const { group_code, ...name } = request.body;
      return answered(await mapReference(entity, name, group_code, asker(request)));
    },
  );
  app.post(
    '/api/finops/references/pull',
    {
      config: ANALYSTS,
      schema: {
        ...said('pullReferences', 'Ask the group of the admission for its references'),
        // The address is that of the admission: a caller who could name another would send the node's token there.
        body: schema.PullBody,
        response: answers(schema.PulledAnswer),
      },
    },
    async (request) => {
      return answered(await pullReferences(entity, asker(request)));
    },
  );
}
