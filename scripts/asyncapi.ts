import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ANALYTIC_EVENTS } from '@prorata/analytic';
import { FINOPS_EVENTS } from '@prorata/finops';
import { GROUP_EVENTS } from '@prorata/group';
import { GL_EVENTS, INBOX_ROUTE, LEDGER_EVENTS } from '@prorata/ledger';
import type { EventCatalogue } from '@prorata/platform';
import { stringify } from 'yaml';

export const ASYNCAPI_FILE = fileURLToPath(new URL('../docs/contracts/asyncapi.yaml', import.meta.url));

/** What leaves a node: the events that every package declares. */
export const SENT_EVENTS: EventCatalogue = { ...LEDGER_EVENTS, ...ANALYTIC_EVENTS, ...FINOPS_EVENTS, ...GROUP_EVENTS };

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const ENVELOPE = {
  type: 'object',
  description: 'Spec 02, "Events normalisés", and the id by which a repetition is known.',
  required: ['event', 'tenant_id', 'legal_entity_id', 'entity_id', 'timestamp', 'correlation_id', 'payload'],
  properties: {
    id: { type: 'string', format: 'uuid', description: 'The webhook-id: the same at every repetition.' },
    event: { type: 'string' },
    tenant_id: { type: 'string', format: 'uuid' },
    legal_entity_id: { type: ['string', 'null'], format: 'uuid', description: 'null: the tenant as a whole.' },
    entity_id: { type: 'string', description: 'Of the thing that the event is about.' },
    timestamp: { type: 'string', format: 'date-time' },
    correlation_id: { type: 'string', format: 'uuid' },
    payload: { type: 'object' },
  },
};

const HEADERS = {
  type: 'object',
  required: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  properties: {
    'webhook-id': { type: 'string', description: 'Id of the event.' },
    'webhook-timestamp': { type: 'string', pattern: '^[0-9]+$', description: 'Second since 1970 of this attempt.' },
    'webhook-signature': {
      type: 'string',
      description:
        'v1,<base64 of HMAC-SHA256 over "id.timestamp.body">; several, parted by blanks, while a secret is changed.',
    },
  },
};

/** Name of a message among the components: `ANALYTIC.AXIS.CREATED` becomes `AnalyticAxisCreated`. */
function componentOf(event: string): string {
  const words = event.toLowerCase().split(/[._]/);
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function messageOf(event: string, { summary, about, payload }: EventCatalogue[string]) {
  const own = { event: { const: event }, payload };
  return {
    name: event,
    title: event,
    summary,
    description: `entity_id is that of ${about}. Events of one such thing come in their order.`,
    contentType: 'application/json',
    headers: { $ref: '#/components/schemas/WebhookHeaders' },
    payload: { allOf: [{ $ref: '#/components/schemas/Envelope' }, { type: 'object', properties: own }] },
  };
}

const names = (events: EventCatalogue) => Object.keys(events).sort();
const channelMessages = (events: EventCatalogue) =>
  Object.fromEntries(
    names(events).map((name) => [componentOf(name), { $ref: `#/components/messages/${componentOf(name)}` }]),
  );
const operationMessages = (channel: string, events: EventCatalogue) =>
  names(events).map((name) => ({ $ref: `#/channels/${channel}/messages/${componentOf(name)}` }));

/** The AsyncAPI 3.0 document of all events, as YAML. */
export function asyncapiDocument(): string {
  const all = { ...SENT_EVENTS, ...GL_EVENTS };
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Events of Prorata',
      version,
      description:
        'At least once, in order for each thing (legal entity and entity_id). A receiver knows a repetition by its id, answers 2xx ' +
        'once it has taken an event, and ignores members of a payload that it does not know. Amounts are decimal strings.',
    },
    defaultContentType: 'application/json',
    channels: {
      webhook: {
        address: null,
        title: 'Webhook of a subscriber',
        description: 'The address of a subscription (POST /api/platform/webhooks), signed as Standard Webhooks asks.',
        messages: channelMessages(SENT_EVENTS),
      },
      feed: {
        address: '/events',
        title: 'Feed, polled',
        description:
          'GET /events?after=<cursor>&limit=&event=: the same envelopes in "events", the next cursor in "next".',
        messages: channelMessages(SENT_EVENTS),
      },
      glInbox: {
        address: INBOX_ROUTE,
        title: 'Inbox for the general ledger',
        description: 'POST, signed as Standard Webhooks asks. Any order and any repetition ends in the same state.',
        messages: channelMessages(GL_EVENTS),
      },
    },
    operations: {
      tellSubscribers: {
        action: 'send',
        channel: { $ref: '#/channels/webhook' },
        summary: 'Tell subscribers what happened.',
        messages: operationMessages('webhook', SENT_EVENTS),
      },
      answerReaders: {
        action: 'send',
        channel: { $ref: '#/channels/feed' },
        summary: 'Answer readers of the feed.',
        messages: operationMessages('feed', SENT_EVENTS),
      },
      takeLedgerEvents: {
        action: 'receive',
        channel: { $ref: '#/channels/glInbox' },
        summary: 'Take what the general ledger tells.',
        messages: operationMessages('glInbox', GL_EVENTS),
      },
    },
    components: {
      schemas: { Envelope: ENVELOPE, WebhookHeaders: HEADERS },
      messages: Object.fromEntries(
        Object.entries(all)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, declared]) => [componentOf(name), messageOf(name, declared)]),
      ),
    },
  };
  const note =
    '# Written by `node scripts/asyncapi.ts` from what the packages declare (event-catalogue.ts); a test compares.\n';
  // Through JSON: schemas carry marks for their types that are no part of the document.
  return note + stringify(JSON.parse(JSON.stringify(document)), { lineWidth: 120, aliasDuplicateObjects: false });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await writeFile(ASYNCAPI_FILE, asyncapiDocument());
}
