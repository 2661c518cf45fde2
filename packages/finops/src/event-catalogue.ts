import { defineEvents, payloadOf } from '@prorata/platform';
import { Type } from 'typebox';

const { count, currency, maybe, month, open, sha256, text } = payloadOf;

const totals = Type.Array(open({ currency: maybe(currency()) }));
const file = { file: text(), sha256: sha256(), rows: count(), replaced: Type.Array(text()) };
const waiting = Type.Array(month(), { description: 'Closed months whose rows wait.' });
const period = open({
  period_month: month(),
  from: text(),
  to: text(),
  reason: maybe(text()),
  frozen: Type.Unknown({ description: 'What a closed month is made of.' }),
  taken: Type.Unknown({ description: 'What was waiting for the month and was taken in.' }),
});
const prices = open({
  code: text(),
  version: count(),
  currency: currency(),
  lines: count(),
  revalued: Type.Array(Type.Unknown(), { description: 'Open months that were valued anew.' }),
});

const push = open({ period_month: month(), revision: count(), url: text(), status: maybe(count()) });

/** What an entity's FinOps tells others. */
export const FINOPS_EVENTS = defineEvents({
  'FINOPS.IMPORT.COMPLETED': {
    summary: 'A bill was read into the consumption.',
    about: 'the import',
    payload: open({ ...file, totals, waiting, months: Type.Array(month()) }),
  },
  'FINOPS.CONSUMPTION.IMPORTED': {
    summary: 'Measured consumption was read.',
    about: 'the import',
    payload: open({
      ...file,
      source: text(),
      months: Type.Array(month()),
      totals: Type.Array(Type.Unknown(), { description: 'Quantities by product and unit.' }),
      waiting: Type.Array(Type.Unknown()),
    }),
  },
  'FINOPS.REFERENCES.CHANGED': {
    summary: 'References of the entity were imported or changed.',
    about: 'the reference as kind/code, or the imported file by its SHA-256',
    payload: open({}),
  },
  'FINOPS.MAPPING.CHANGED': {
    summary: 'The mapping of the entity was written anew.',
    about: 'the mapping by its SHA-256',
    payload: open({ version: count(), sha256: sha256() }),
  },
  'FINOPS.PRICES.PUBLISHED': { summary: 'A Pricing View is in force.', about: 'the view', payload: prices },
  'FINOPS.PRICES.ARCHIVED': { summary: 'A Pricing View is no longer in force.', about: 'the view', payload: prices },
  'FINOPS.RUN.COMPLETED': {
    summary: "A month's facts were made anew.",
    about: 'the run',
    payload: open({ period_month: month(), facts: count(), totals }),
  },
  'FINOPS.PUBLICATION.CREATED': {
    summary: 'A month was published: its bundle is sealed.',
    about: 'the run whose facts were published',
    payload: open({
      period_month: month(),
      revision: count(),
      manifest_sha256: sha256(),
      supersedes: Type.Unknown({ description: 'The revision before it, or null.' }),
      totals,
    }),
  },
  'FINOPS.PUBLICATION.ACCEPTED': {
    summary: 'The group accepted a publication that was pushed to it, or that it fetched.',
    about: 'the entity',
    payload: push,
  },
  'FINOPS.PUBLICATION.REFUSED': {
    summary: 'The group refused a publication that was pushed to it, or that it fetched.',
    about: 'the entity',
    payload: push,
  },
  'FINOPS.PERIOD.CLOSED': { summary: 'A month was closed.', about: 'the month, as FR01/2025-07', payload: period },
  'FINOPS.PERIOD.LOCKED': {
    summary: 'A closed month was locked.',
    about: 'the month, as FR01/2025-07',
    payload: period,
  },
  'FINOPS.PERIOD.REOPENED': {
    summary: 'A month was opened again.',
    about: 'the month, as FR01/2025-07',
    payload: period,
  },
  'FINOPS.PERIOD.ADJUSTED': {
    summary: 'What came late for a closed month was booked in an open one.',
    about: 'the adjustment',
    payload: open({
      adjusts_month: month(),
      period_month: month(),
      adjustments: Type.Array(Type.Unknown()),
      lines: count(),
    }),
  },
  'FINOPS.PERIOD.ADJUSTMENT_WITHDRAWN': {
    summary: 'Booked corrections of a closed month were taken back.',
    about: 'the first of the adjustments',
    payload: open({ adjusts_month: month(), withdrawn: Type.Array(Type.Unknown()) }),
  },
});
