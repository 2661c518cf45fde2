import type { App } from '@prorata/platform';
import { loadMapping } from '../mapping/document.ts';
import { acceptSuggestions, putMapping } from '../mapping/edit.ts';
import { suggestMappings } from '../mapping/suggest.ts';
import { testMapping } from '../mapping/trial.ts';
import { mappingDiff, mappingHistory, mappingVersion } from '../mapping/versions.ts';
import type { EntityNode } from '../node/entity.ts';
import { answered } from './answered.ts';
import { answers } from './described.ts';
import { NoQuery } from './finops.schema.ts';
import * as schema from './mapping.schema.ts';
import { ANALYSTS, READERS } from './roles.ts';

const tags = ['mapping'];

/** The mapping: as it is, as it was, what it does, and what it nearly does. */
export function mappingRoutes(app: App, entity: EntityNode): void {
  standingRoutes(app, entity);
  historyRoutes(app, entity);
  trialRoutes(app, entity);
}

function standingRoutes(app: App, entity: EntityNode): void {
  app.get(
    '/api/finops/mapping',
    {
      config: READERS,
      schema: {
        tags,
        operationId: 'readMapping',
        summary: 'The mapping as it stands',
        querystring: NoQuery,
        response: answers(schema.MappingAnswer),
      },
    },
    async () => answered(await loadMapping(entity.dir)),
  );
  app.put(
    '/api/finops/mapping',
    {
      config: ANALYSTS,
      schema: {
        tags,
        operationId: 'writeMapping',
        summary: 'Write the mapping whole; the next run uses it',
        body: schema.PutMappingBody,
        response: answers(schema.MappingWritten),
      },
    },
    async (request) => {
      const { context, idempotencyKey } = request;
      const { text, if_sha256: ifSha256 } = request.body;
      return answered(await putMapping(entity, text, { context, idempotencyKey, ifSha256, source: 'API' }));
    },
  );
}

function historyRoutes(app: App, entity: EntityNode): void {
  app.get(
    '/api/finops/mapping/versions',
    {
      config: READERS,
      schema: {
        tags,
        operationId: 'mappingHistory',
        summary: 'The mappings that were used or written, newest first',
        querystring: NoQuery,
        response: answers(schema.HistoryAnswer),
      },
    },
    async () => answered(await mappingHistory(entity)),
  );
  app.get(
    '/api/finops/mapping/versions/:version',
    {
      config: READERS,
      schema: {
        tags,
        operationId: 'mappingVersion',
        summary: 'One of them, with its text',
        params: schema.VersionPath,
        response: answers(schema.VersionAnswer),
      },
    },
    async (request) => answered(await mappingVersion(entity, request.params.version)),
  );
  app.get(
    '/api/finops/mapping/diff',
    {
      config: READERS,
      schema: {
        tags,
        operationId: 'mappingDiff',
        summary: 'What changed between two of them, line by line',
        querystring: schema.DiffQuery,
        response: answers(schema.DiffAnswer),
      },
    },
    async (request) => answered(await mappingDiff(entity, request.query.from, request.query.to)),
  );
}

function trialRoutes(app: App, entity: EntityNode): void {
  app.get(
    '/api/finops/mapping/test',
    {
      config: READERS,
      schema: {
        tags,
        operationId: 'testMapping',
        summary: 'What each line of the mapping catches in a month, what nothing does, and the allocated share',
        querystring: schema.TrialQuery,
        response: answers(schema.TrialAnswer),
      },
    },
    async (request) => answered(await testMapping(entity, { month: request.query.month })),
  );
  app.get(
    '/api/finops/mapping/suggestions',
    {
      config: READERS,
      schema: {
        tags,
        operationId: 'suggestMappings',
        summary: 'Tag keys and values that are nearly known, with their money',
        querystring: schema.TrialQuery,
        response: answers(schema.SuggestionsAnswer),
      },
    },
    async (request) => answered(await suggestMappings(entity, { month: request.query.month })),
  );
  app.post(
    '/api/finops/mapping/suggestions',
    {
      config: ANALYSTS,
      schema: {
        tags,
        operationId: 'acceptSuggestions',
        summary: 'Write suggestions that a person confirmed into the mapping, as aliases',
        body: schema.AcceptBody,
        response: answers(schema.AcceptedAnswer),
      },
    },
    async (request) => {
      const { context, idempotencyKey } = request;
      const { month, ids, if_sha256: ifSha256 } = request.body;
      const options = { context, idempotencyKey, ifSha256, source: 'API' as const };
      return answered(await acceptSuggestions(entity, { month }, ids, options));
    },
  );
}
