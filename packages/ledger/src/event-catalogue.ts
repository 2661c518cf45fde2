import { defineEvents, payloadOf } from '@prorata/platform';
import { LockedSchema, PostedSchema, ReversedSchema, UnlockedSchema } from './events/event.schema.ts';

const { count, currency, decimal, month, open, sha256, text, uuid } = payloadOf;

const entry = open({ subject: uuid('Id of the entry.') });
const period = open({ subject: month() });

/** What the read copy of the general ledger tells others: what became known here. The ledger itself tells `GL.*`. */
export const LEDGER_EVENTS = defineEvents({
  'LEDGER.ENTRY.POSTED': { summary: 'A posted entry is known here.', about: 'the entry', payload: entry },
  'LEDGER.ENTRY.REVERSED': { summary: 'An entry is known here as reversed.', about: 'the entry', payload: entry },
  'LEDGER.PERIOD.LOCKED': {
    summary: 'A month takes no more work.',
    about: 'the period of the general ledger, or the legal entity where the month is held here',
    payload: period,
  },
  'LEDGER.PERIOD.UNLOCKED': {
    summary: 'A month takes work again.',
    about: 'the period of the general ledger, or the legal entity where the month was held here',
    payload: period,
  },
  'LEDGER.FEC.IMPORTED': {
    summary: 'A FEC file was read into the copy of the ledger.',
    about: 'the file, by its SHA-256',
    payload: open({
      file: text(),
      sha256: sha256(),
      entries: count(),
      new: count(),
      updated: count(),
      unchanged: count(),
      refused_entries: count(),
      debit: decimal(),
      currency: currency(),
    }),
  },
});

/** What the general ledger tells us, at the inbox. */
export const GL_EVENTS = defineEvents({
  'GL.ENTRY.POSTED': {
    summary: 'An entry was posted.',
    about: 'the entry',
    payload: PostedSchema.properties.payload,
  },
  'GL.ENTRY.REVERSED': {
    summary: 'An entry was reversed.',
    about: 'the entry',
    payload: ReversedSchema.properties.payload,
  },
  'GL.PERIOD.LOCKED': {
    summary: 'A period was locked.',
    about: 'the period',
    payload: LockedSchema.properties.payload,
  },
  'GL.PERIOD.UNLOCKED': {
    summary: 'A period was unlocked.',
    about: 'the period',
    payload: UnlockedSchema.properties.payload,
  },
});
