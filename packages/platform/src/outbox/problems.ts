import { EVENT_FRENCH } from '../i18n/problems.fr.ts';
import { defineProblems } from '../problem/problem.ts';

/** What the feed of events and webhooks refuse. */
export const eventProblem = defineProblems(
  {
    EVENT_CURSOR_INVALID: {
      status: 400,
      title: 'This is no place in the feed of events',
      next: 'Give "next" of an earlier answer as it was, or leave "after" out to read from the oldest event that is kept.',
    },
    EVENTS_PURGED: {
      status: 410,
      title: 'Events behind this place were removed',
      next: 'Read the current state through the API, then follow the feed from the oldest event that is kept, without "after".',
    },
    WEBHOOK_URL_REFUSED: {
      status: 422,
      title: 'The node does not send events to this address',
      next: 'Use a public https address, or list the network under `webhooks.allow` in prorata.yaml (127.0.0.0/8, 10.20.0.0/16).',
    },
    WEBHOOK_EVENT_UNKNOWN: {
      status: 422,
      title: 'No event has this name',
      next: 'Use one of the nearest names, a beginning such as ANALYTIC.*, or * for all; docs/contracts/asyncapi.yaml lists them.',
    },
    WEBHOOK_SECRET_INVALID: {
      status: 422,
      title: 'This is no secret of Standard Webhooks',
      next: 'Give "whsec_" and the base64 of 24 to 64 bytes as the receiver wrote it, or no secret: the node makes one.',
    },
    WEBHOOK_LIMIT: {
      status: 409,
      title: 'There are as many subscriptions as a legal entity may have',
      next: 'Remove one that is no longer needed.',
    },
    WEBHOOK_SECRET_UNREADABLE: {
      status: 500,
      title: 'A secret of a subscription cannot be opened',
      next: 'Restore keys/webhooks.json of the node from a copy, or make a new secret with `prorata events rotate`.',
    },
  },
  EVENT_FRENCH,
);
