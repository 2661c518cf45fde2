import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../http/app.ts';
import { sendWritten, writeRequestOf } from '../http/written.ts';
import { deadLetters, settleDeadLetters } from './dead-letters.ts';
import { EventPattern } from './pattern.ts';
import {
  changeSubscription,
  listSubscriptions,
  retireSecrets,
  rotateSecret,
  type Subscription,
  subscribe,
  subscriptionOf,
  unsubscribe,
  type WebhookCaller,
  type WebhookNode,
} from './subscription.ts';

const Url = Type.String({ minLength: 8, maxLength: 2048 });
const Uuid = Type.String({ format: 'uuid' });
const When = Type.String({ format: 'date-time' });

const subscription = {
  id: Uuid,
  url: Type.String(),
  events: Type.Array(Type.String()),
  all_entities: Type.Boolean(),
  state: Type.Union([Type.Literal('ACTIVE'), Type.Literal('PAUSED'), Type.Literal('GONE')], {
    description: 'GONE: the receiver answered 410. What is not active keeps its events waiting.',
  }),
  secrets: Type.Integer({ description: '2 while an old secret signs beside a new one.' }),
  behind: Type.Integer({ description: 'Things with events that were not all taken yet.' }),
  dead: Type.Integer({ description: 'Those among them that were given up; see dead letters.' }),
  created_at: When,
  created_by: Uuid,
  updated_at: When,
  version: Type.Integer(),
};
const SubscriptionSchema = Type.Object(subscription);
const WithSecretSchema = Type.Object({
  ...subscription,
  secret: Type.String({
    description: 'Verifies the signature of what is sent (Standard Webhooks). It is not told again.',
  }),
});
const DeadLetterSchema = Type.Object({
  id: Uuid,
  subscription_id: Uuid,
  url: Type.String(),
  legal_entity_id: Type.Union([Uuid, Type.Null()]),
  entity_id: Type.String(),
  event_id: Uuid,
  event: Type.String(),
  attempts: Type.Integer(),
  last_error: Type.String(),
  dead_at: When,
});
const params = Type.Object({ id: Uuid });
const tags = ['events'];

export interface WebhookRouteOptions extends WebhookNode {
  /** Who may keep subscriptions on this node. */
  readonly admins: readonly string[];
}

/** `/api/platform/webhooks` and `/api/platform/dead-letters`: who is told of which events, and what could not be told. */
export function registerWebhooks(app: App, node: WebhookRouteOptions): void {
  // Where a token has no legal entity, the subscription is one of the tenant as a whole.
  const config = { roles: node.admins, legalEntity: 'none' } as const;
  registerSubscriptions(app, node, config);
  registerSecrets(app, node, config);
  registerDeadLetters(app, node, config);
}

type Config = { readonly roles: readonly string[]; readonly legalEntity: 'none' };

function registerSubscriptions(app: App, node: WebhookNode, config: Config): void {
  app.post(
    '/api/platform/webhooks',
    {
      config,
      schema: {
        tags,
        summary: 'Subscribe an address to events',
        description:
          'https, to a public address or a network that prorata.yaml lists. The answer alone carries the secret.',
        body: Type.Object({
          url: Url,
          events: Type.Array(EventPattern, { minItems: 1, maxItems: 50, uniqueItems: true }),
          all_entities: Type.Optional(
            Type.Boolean({ description: 'Group node, token without a legal entity: the events of all entities.' }),
          ),
          secret: Type.Optional(
            Type.String({ maxLength: 100, description: 'One that the receiver gave; a new one unless told.' }),
          ),
        }),
        response: { 201: WithSecretSchema },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const answer = await subscribe(node, callerOf(request, 'platform.webhook.subscribe', body), body);
      return sendWritten(reply, { ...answer, body: { ...told(answer.body), secret: answer.body.secret } });
    },
  );
  app.get(
    '/api/platform/webhooks',
    {
      config,
      schema: {
        tags,
        summary: 'Subscriptions',
        response: { 200: Type.Object({ rows: Type.Array(SubscriptionSchema) }) },
      },
    },
    async (request) => ({ rows: (await listSubscriptions(node, request.context)).map(told) }),
  );
  app.get(
    '/api/platform/webhooks/:id',
    { config, schema: { tags, summary: 'One subscription', params, response: { 200: SubscriptionSchema } } },
    async (request) => told(await subscriptionOf(node, request.context, request.params.id)),
  );
  app.patch(
    '/api/platform/webhooks/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Move, pause or resume a subscription',
        params,
        body: Type.Object({
          url: Type.Optional(Url),
          state: Type.Optional(Type.Union([Type.Literal('ACTIVE'), Type.Literal('PAUSED')])),
        }),
        response: { 200: SubscriptionSchema },
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const answer = await changeSubscription(
        node,
        callerOf(request, 'platform.webhook.change', body),
        params.id,
        body,
      );
      return sendWritten(reply, { ...answer, body: told(answer.body) });
    },
  );
  app.delete(
    '/api/platform/webhooks/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Remove a subscription, and with it what it was still to be told',
        params,
        response: { 200: Type.Object({ id: Uuid, removed: Type.Literal(true) }) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request, 'platform.webhook.unsubscribe', null);
      return sendWritten(reply, await unsubscribe(node, caller, request.params.id));
    },
  );
}

function registerSecrets(app: App, node: WebhookNode, config: Config): void {
  app.post(
    '/api/platform/webhooks/:id/secret',
    {
      config,
      schema: {
        tags,
        summary: 'Make a new secret; the one before signs as well until it is retired',
        params,
        response: { 200: WithSecretSchema },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request, 'platform.webhook.rotate', null);
      const answer = await rotateSecret(node, caller, request.params.id);
      return sendWritten(reply, { ...answer, body: { ...told(answer.body), secret: answer.body.secret } });
    },
  );
  app.delete(
    '/api/platform/webhooks/:id/secret',
    {
      config,
      schema: { tags, summary: 'Retire all secrets but the newest', params, response: { 200: SubscriptionSchema } },
    },
    async (request, reply) => {
      const caller = callerOf(request, 'platform.webhook.retire', null);
      const answer = await retireSecrets(node, caller, request.params.id);
      return sendWritten(reply, { ...answer, body: told(answer.body) });
    },
  );
}

function registerDeadLetters(app: App, node: WebhookNode, config: Config): void {
  app.get(
    '/api/platform/dead-letters',
    {
      config,
      schema: {
        tags,
        summary: 'Events that a receiver did not take however often they were tried',
        querystring: Type.Object({ after: Type.Optional(Uuid) }),
        response: {
          200: Type.Object({ rows: Type.Array(DeadLetterSchema), next: Type.Union([Uuid, Type.Null()]) }),
        },
      },
    },
    async (request) => {
      const { rows, next } = await deadLetters(node, request.context, request.query.after);
      return { rows: rows.map((row) => ({ ...row, dead_at: row.dead_at.toISOString() })), next };
    },
  );
  const settled = Type.Object({ settled: Type.Integer() });
  for (const [fate, summary] of [
    ['replay', 'Try a dead letter again; what waits behind it follows'],
    ['discard', 'Pass a dead letter over for good; what waits behind it goes on'],
  ] as const) {
    app.post(
      `/api/platform/dead-letters/:id/${fate}`,
      { config, schema: { tags, summary, params, response: { 200: settled } } },
      async (request, reply) => {
        const { id } = request.params;
        const caller = callerOf(request, `platform.dead_letter.${fate}`, null);
        return sendWritten(reply, await settleDeadLetters(node, caller, fate, id));
      },
    );
  }
}

function callerOf(request: FastifyRequest, action: string, payload: unknown): WebhookCaller {
  return { context: request.context, request: writeRequestOf(request, action, payload) };
}

/** Times as texts; a stored answer has them so already. */
function told({ created_at, updated_at, events, ...rest }: Subscription) {
  return {
    ...rest,
    events: [...events],
    created_at: new Date(created_at).toISOString(),
    updated_at: new Date(updated_at).toISOString(),
  };
}
