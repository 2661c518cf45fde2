import { Type } from 'typebox';
import type { Database } from '../database/database.ts';
import type { App } from '../http/app.ts';
import { sendWritten } from '../http/written.ts';
import type { RequestContext } from '../identity/context.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { listTranslations, putTranslation, removeTranslation } from './translations.ts';

const BASE = '/api/platform/translations';
const Key = Type.String({ pattern: '^[a-z][A-Za-z0-9_.-]{0,199}$', examples: ['erp.analytic.axis.{id}.name'] });
const Locale = Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', maxLength: 35, examples: ['fr', 'fr-CH'] });
const Text = Type.String({ minLength: 1, maxLength: 2000 });
const Translation = Type.Object({ key: Key, locale: Locale, text: Text, version: Type.Integer() });
const Place = Type.Object({ key: Key, locale: Locale });

export interface TranslationRouteOptions {
  readonly db: Database;
  readonly readers: readonly string[];
  readonly writers: readonly string[];
}

/** What the i18n keys of the services say, in the languages of a legal entity. */
export function registerTranslations(app: App, { db, readers, writers }: TranslationRouteOptions): void {
  app.get(
    BASE,
    {
      config: { roles: readers },
      schema: {
        tags: ['translations'],
        operationId: 'listTranslations',
        summary: 'Translations by key and language',
        querystring: Type.Object({
          prefix: Type.Optional(Key),
          locale: Type.Optional(Locale),
          after: Type.Optional(Type.String({ maxLength: 400 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
        }),
        response: {
          200: Type.Object({ rows: Type.Array(Translation), next: Type.Union([Type.String(), Type.Null()]) }),
        },
      },
    },
    async (request) => await listTranslations(db, request.context, request.query),
  );
  app.put(
    `${BASE}/:key/:locale`,
    {
      config: { roles: writers },
      schema: {
        tags: ['translations'],
        operationId: 'putTranslation',
        summary: 'Say what a key means in a language',
        params: Place,
        body: Type.Object({ text: Text }),
        response: { 200: Translation },
      },
    },
    async (request, reply) => {
      const asked = { ...request.params, text: request.body.text };
      return sendWritten(reply, await putTranslation(db, entityOf(request.context), asking(request), asked));
    },
  );
  app.delete(
    `${BASE}/:key/:locale`,
    {
      config: { roles: writers },
      schema: {
        tags: ['translations'],
        operationId: 'removeTranslation',
        summary: 'Take a translation back; readers see the next language of their chain',
        params: Place,
        response: { 200: Translation },
      },
    },
    async (request, reply) =>
      sendWritten(reply, await removeTranslation(db, entityOf(request.context), asking(request), request.params)),
  );
}

function asking(request: { method: string; idempotencyKey: string | undefined }) {
  return { method: request.method, route: `${BASE}/:key/:locale`, idempotencyKey: request.idempotencyKey };
}

function entityOf(context: RequestContext): RequestContext & { readonly legalEntityId: string } {
  const { legalEntityId } = context;
  if (legalEntityId !== undefined) return { ...context, legalEntityId };
  throw platformProblem('LEGAL_ENTITY_REQUIRED', 'translations are those of a legal entity');
}
