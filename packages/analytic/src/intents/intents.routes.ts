import type { App } from '@prorata/platform';
import { Type } from 'typebox';
import { LanguageQuery } from '../postings/postings.schema.ts';
import { languageOf, READERS } from '../service/routes.ts';
import { Anything, refusals } from '../service/schema.ts';
import { intentsFor } from './intents.ts';

const Intents = Type.Object({
  rows: Type.Array(
    Type.Object({
      name: Type.String(),
      description: Type.String(),
      description_i18n_key: Type.String(),
      method: Type.Enum(['GET', 'POST']),
      path: Type.String(),
      roles: Type.Array(Type.String()),
      input_schema: Anything,
    }),
  ),
});

export function intentRoutes(app: App): void {
  app.get(
    '/copilot/intents',
    {
      config: READERS,
      schema: {
        tags: ['assistant'],
        operationId: 'intents',
        summary: 'What an assistant may ask of the service, with the roles of the caller',
        querystring: LanguageQuery,
        response: { 200: Intents, ...refusals },
      },
    },
    async (request, reply) => {
      const language = languageOf(request.query.lang, request.context.locale);
      return reply.send({ rows: intentsFor(request.context, language) });
    },
  );
}
