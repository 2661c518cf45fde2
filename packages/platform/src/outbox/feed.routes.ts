import { Type } from 'typebox';
import type { Database } from '../database/database.ts';
import type { App } from '../http/app.ts';
import { type EventReach, type FeedQuery, readFeed } from './feed.ts';
import { EventPattern } from './pattern.ts';

export const EventEnvelopeSchema = Type.Object({
  id: Type.String({ format: 'uuid', description: 'The same at every repetition, and the webhook-id.' }),
  event: Type.String(),
  tenant_id: Type.String({ format: 'uuid' }),
  legal_entity_id: Type.Union([Type.String({ format: 'uuid' }), Type.Null()]),
  entity_id: Type.String({ description: 'Of the thing that the event is about.' }),
  timestamp: Type.String({ format: 'date-time' }),
  correlation_id: Type.String({ format: 'uuid' }),
  payload: Type.Unknown(),
});

const FeedPageSchema = Type.Object({
  events: Type.Array(EventEnvelopeSchema),
  next: Type.String({ description: 'Cursor for the next request.' }),
  more: Type.Boolean({ description: 'Whether there is more at once.' }),
});

export interface FeedRouteOptions {
  readonly db: Database;
  /** Who may read the feed on this node. */
  readonly readers: readonly string[];
  readonly reach?: EventReach;
  readonly names?: FeedQuery['names'];
}

/** `GET /events`: the polled feed, for whoever cannot be called. */
export function registerEventFeed(app: App, options: FeedRouteOptions): void {
  app.get(
    '/events',
    {
      config: { roles: options.readers },
      schema: {
        tags: ['events'],
        summary: 'Read events in the order in which they were published, from a place on',
        description:
          'Ask again with after=<next> of the answer: each event comes once and none is left out, also of work that was under way ' +
          'at the time. Events are those of the legal entity of the token.',
        querystring: Type.Object({
          after: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
          event: Type.Optional(Type.Array(EventPattern, { minItems: 1, maxItems: 20 })),
        }),
        response: { 200: FeedPageSchema },
      },
    },
    async (request) => {
      const { after, limit, event } = request.query;
      const asked = { after, limit, events: event, names: options.names };
      const page = await readFeed(options.db, request.context, asked, options.reach);
      return { ...page, events: [...page.events] };
    },
  );
}
