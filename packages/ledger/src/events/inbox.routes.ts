import { type App, platformProblem, type RequestContext } from '@prorata/platform';
import { Type } from 'typebox';
import { fetchAwaited } from '../api/fetch-awaited.ts';
import { GlEventSchema } from './event.schema.ts';
import { INBOX_ROUTE, type Inbox, receiveEvent } from './inbox.ts';

const Answer = Type.Object({
  event_id: Type.String(),
  outcome: Type.Union([Type.Literal('RECORDED'), Type.Literal('UNCHANGED'), Type.Literal('WAITING')], {
    description:
      'UNCHANGED: known already, or something later is. WAITING: a reversal before its entry, or an entry without its lines.',
  }),
});

const BODY_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * `POST /api/erp/gl-inbox`: events of the general ledger, signed as Standard Webhooks asks. Register it outside the guard
 * (`ServerOptions.pages`): the signature takes the place of a token.
 */
export async function registerGlInbox(app: App, inbox: Inbox): Promise<void> {
  await app.register(async (scope) => {
    // Pages are left out of the description of the API; this is no page.
    scope.addHook('onRoute', (route) => {
      route.schema = { ...route.schema, hide: false };
    });
    const fetching = fetchBehind(scope as App, inbox);
    // The signature is one of bytes: they are taken before anybody reads JSON.
    scope.removeContentTypeParser('application/json');
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer' },
      async (_request: unknown, body: Buffer) => body,
    );
    scope.post(
      INBOX_ROUTE,
      {
        bodyLimit: BODY_LIMIT_BYTES,
        validatorCompiler: () => () => true,
        schema: {
          tags: ['ledger'],
          summary: 'Take one event of the general ledger',
          description:
            'Signed with HMAC-SHA256 (Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature). Any order and any ' +
            'repetition of the same events ends in the same state. A repeated answer bears Idempotent-Replayed: true.',
          body: GlEventSchema,
          response: { 200: Answer },
        },
      },
      async (request, reply) => {
        const header = (name: string) => {
          const value = request.headers[name];
          return typeof value === 'string' ? value : undefined;
        };
        const headers = {
          id: header('webhook-id'),
          timestamp: header('webhook-timestamp'),
          signature: header('webhook-signature'),
        };
        const body: unknown = request.body;
        if (!(body instanceof Uint8Array)) {
          const sent = String(request.headers['content-type']).slice(0, 100);
          const accepted = ['application/json'];
          throw platformProblem('UNSUPPORTED_MEDIA_TYPE', `the content type is ${sent}`, { accepted });
        }
        const { replayed, context, ...answer } = await receiveEvent(inbox, headers, body);
        if (replayed) reply.header('idempotent-replayed', 'true');
        if (answer.outcome === 'WAITING' && context !== undefined) fetching(context);
        return answer;
      },
    );
  });
}

/** Fetches what waits for its lines behind the answer, so that a slow ledger never waits for itself; a closing node waits for it. */
function fetchBehind(app: App, inbox: Inbox): (context: RequestContext) => void {
  const running = new Set<Promise<unknown>>();
  app.addHook('onClose', async () => void (await Promise.all(running)));
  return (context) => {
    const work = fetchNow(inbox, context)
      .catch((error: unknown) => app.log.error({ err: error }, 'awaited entries were not fetched'))
      .finally(() => running.delete(work));
    running.add(work);
  };
}

async function fetchNow({ db, react, client }: Inbox, context: RequestContext): Promise<void> {
  const api = await client?.();
  if (api !== undefined) await fetchAwaited({ db, context, ...(react === undefined ? {} : { react }) }, api);
}
