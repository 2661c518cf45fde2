import { defineEvents, payloadOf } from '@prorata/platform';
import { Type } from 'typebox';

const { count, currency, maybe, month, open, sha256, text, uuid } = payloadOf;

const period = open({
  period_month: month(),
  status: Type.Union([Type.Literal('OPEN'), Type.Literal('LOCKED')]),
  reason: maybe(text()),
  rate_set: maybe(count()),
  reference_version: maybe(count()),
  publications: count(),
});

/** What a group node tells others. Of an entity: those about its publications; of the group as a whole: the others. */
export const GROUP_EVENTS = defineEvents({
  'GROUP.ENTITY.ENROLLED': {
    summary: 'An entity was enrolled with its key.',
    about: 'the entity, by its id',
    payload: open({
      code: text(),
      label: text(),
      country: text(),
      currency: currency(),
      kid: text(),
      fingerprint: text(),
    }),
  },
  'GROUP.ENTITY.ACTIVITY_CHANGED': {
    summary: 'The months in which an entity publishes were changed.',
    about: 'the entity, by its code',
    payload: open({ entity: text(), active_from: maybe(month()), active_to: maybe(month()) }),
  },
  'GROUP.READER.GRANTED': {
    summary: 'Readers of an entity may see its own slice of the reports.',
    about: 'the entity, by its code',
    payload: open({ entity: text() }),
  },
  'GROUP.READER.REVOKED': {
    summary: 'Readers of an entity no longer see its slice of the reports.',
    about: 'the entity, by its code',
    payload: open({ entity: text() }),
  },
  'GROUP.KEY.REVOKED': {
    summary: 'A key of an entity ended.',
    about: 'the key',
    payload: open({ entity: text(), kid: text(), reason: text() }),
  },
  'GROUP.KEY.ROTATED': {
    summary: 'An entity signs with another key from now on.',
    about: 'the new key',
    payload: open({ entity: text(), old_kid: text(), kid: text(), fingerprint: text() }),
  },
  'GROUP.REFERENCES.PUBLISHED': {
    summary: 'A new version of the references is in force.',
    about: 'the version',
    payload: open({ version: count(), added: count(), updated: count(), deactivated: count() }),
  },
  'GROUP.RATES.IMPORTED': {
    summary: 'A new set of exchange rates is in force.',
    about: 'the rate set',
    payload: open({
      rate_set: count(),
      months: count(),
      currencies: count(),
      first_month: month(),
      last_month: month(),
      provisional: Type.Array(month()),
    }),
  },
  'GROUP.PUBLICATION.ACCEPTED': {
    summary: 'A bundle of an entity was accepted: its month is in the reports of the group.',
    about: 'the publication, as FR01/2025-07/r1',
    payload: open({
      outcome: Type.Literal('ACCEPTED'),
      entity: text(),
      period_month: month(),
      revision: count(),
      status: text(),
      manifest_digest: text(),
      kid: text(),
      rows: count(),
      totals: Type.Array(open({ currency: maybe(currency()) })),
      unmapped: open({ products: count(), rows: count() }),
      received_at: Type.String({ format: 'date-time' }),
    }),
  },
  'GROUP.BUNDLE.REFUSED': {
    summary: 'A bundle was not taken; its report says why, and the quarantine holds it.',
    about: 'the bundle, by its id in the quarantine',
    payload: open({
      quarantine_id: uuid(),
      entity: maybe(text()),
      file: text(),
      sha256: sha256(),
      code: text(),
      message: text(),
      origin: Type.Enum(['PUSH', 'FILE', 'FOLDER', 'PULL']),
      period_month: maybe(month()),
      revision: maybe(count()),
    }),
  },
  'GROUP.BUNDLE.LATE': {
    summary: 'An active entity has published nothing for a month by the day it was due; told once.',
    about: 'the month of the entity, as FR01/2025-07',
    payload: open({ entity: text(), period_month: month(), due_on: Type.String({ format: 'date' }) }),
  },
  'GROUP.ENTITY.CHANGED': {
    summary: 'The name, country or due day of an entity was changed.',
    about: 'the entity, by its code',
    payload: open({ entity: text(), label: text(), country: text(), due_day: maybe(count()) }),
  },
  'GROUP.POLICY.CHANGED': {
    summary: 'The group takes bundles by another policy from now on.',
    about: 'the version of the policy',
    payload: open({
      version: count(),
      unknown_product: Type.Enum(['TAKE', 'REFUSE']),
      due_day: count(),
      quarantine_bytes: count(),
      quarantine_days: count(),
      rate_set: maybe(count()),
    }),
  },
  'GROUP.CONTRACT_VERSION.SET': {
    summary: 'The group said until when it takes a version of the data contract.',
    about: 'the version of the contract',
    payload: open({ version: text(), until: maybe(Type.String({ format: 'date-time' })) }),
  },
  'GROUP.REFERENCE_PRICES.IMPORTED': {
    summary: 'A reference view of the group has new prices.',
    about: 'the set of prices',
    payload: open({ price_set: count(), name: text(), products: count() }),
  },
  'GROUP.PERIOD.LOCKED': { summary: 'A month takes no more revisions.', about: 'the month', payload: period },
  'GROUP.PERIOD.REOPENED': { summary: 'A locked month takes revisions again.', about: 'the month', payload: period },
});
