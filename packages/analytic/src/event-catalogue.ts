import { defineEvents, payloadOf } from '@prorata/platform';
import { Type } from 'typebox';

const { count, currency, decimal, exact, maybe, month, open, text, uuid } = payloadOf;

const axis = open({ code: text(), name_key: text(), is_active: Type.Boolean() });
const dimension = { axis_id: uuid(), code: text(), name_key: text(), parent_id: maybe(uuid()) };
const rule = open({ rule_code: text(), version: count(), digest: text(), description_key: text() });
const posting = { posting_id: uuid(), source_entry_id: uuid(), rule_id: uuid() };
const result_summary = open({
  amount: decimal(),
  currency: currency(),
  month: month(),
  lines: count(),
  totals: Type.Unknown({ description: 'Amounts by axis and dimension.' }),
});
const cycleRun = open({
  cycle_run_id: uuid(),
  cycle_id: uuid(),
  cycle_code: text(),
  source_month: text(),
  period_month: text(),
  reverses: maybe(uuid()),
});

/** What the analytic service tells others. `ANALYTIC.AXIS.CREATED` and `ANALYTIC.ALLOCATION.RUN` are as spec 02 gives them. */
export const ANALYTIC_EVENTS = defineEvents({
  'ANALYTIC.AXIS.CREATED': {
    summary: 'An axis was created.',
    about: 'the axis',
    payload: exact({ code: text(), name_key: text() }),
  },
  'ANALYTIC.AXIS.UPDATED': { summary: 'An axis was renamed.', about: 'the axis', payload: axis },
  'ANALYTIC.AXIS.ACTIVATED': { summary: 'An axis is in use again.', about: 'the axis', payload: axis },
  'ANALYTIC.AXIS.DEACTIVATED': { summary: 'An axis is no longer in use.', about: 'the axis', payload: axis },
  'ANALYTIC.DIMENSION.CREATED': {
    summary: 'A dimension was created.',
    about: 'the dimension',
    payload: open(dimension),
  },
  'ANALYTIC.DIMENSION.UPDATED': {
    summary: 'A dimension was renamed or moved in its tree.',
    about: 'the dimension',
    payload: open({ ...dimension, is_active: Type.Boolean() }),
  },
  'ANALYTIC.DIMENSION.ACTIVATED': {
    summary: 'A dimension is in use again.',
    about: 'the dimension',
    payload: open({ ...dimension, is_active: Type.Boolean() }),
  },
  'ANALYTIC.DIMENSION.DEACTIVATED': {
    summary: 'A dimension is no longer in use.',
    about: 'the dimension',
    payload: open({ ...dimension, is_active: Type.Boolean() }),
  },
  'ANALYTIC.ALLOCATION_RULE.CREATED': {
    summary: 'A version of a rule was drafted.',
    about: 'the version of the rule',
    payload: rule,
  },
  'ANALYTIC.ALLOCATION_RULE.UPDATED': {
    summary: 'A draft was changed.',
    about: 'the version of the rule',
    payload: rule,
  },
  'ANALYTIC.ALLOCATION_RULE.POSTED': {
    summary: 'A version of a rule was posted and stays as it is.',
    about: 'the version of the rule',
    payload: rule,
  },
  'ANALYTIC.ALLOCATION.RUN': {
    summary: 'An entry was split over axes.',
    about: 'the posting',
    payload: exact({ ...posting, result_summary }),
  },
  'ANALYTIC.ALLOCATION.REVERSED': {
    summary: 'A posting was taken back by its mirror.',
    about: 'the mirror',
    payload: open({ ...posting, reverses: uuid(), result_summary }),
  },
  'ANALYTIC.DRIVER.CREATED': {
    summary: 'A driver was created.',
    about: 'the driver',
    payload: open({ axis_id: uuid(), code: text(), name_key: text() }),
  },
  'ANALYTIC.DRIVER.VALUES_CHANGED': {
    summary: 'Weights of a driver were replaced.',
    about: 'the driver',
    payload: open({ code: text(), months: Type.Array(month()), values: count() }),
  },
  'ANALYTIC.CYCLE.CREATED': {
    summary: 'A version of a cycle of service centres was created.',
    about: 'the version of the cycle',
    payload: open({ code: text(), version: count(), axis_id: uuid(), digest: text(), name_key: text() }),
  },
  'ANALYTIC.CYCLE.RUN': { summary: 'A cycle was run over a month.', about: 'the run', payload: cycleRun },
  'ANALYTIC.CYCLE.REVERSED': {
    summary: 'A run of a cycle was taken back by its mirror.',
    about: 'the mirror',
    payload: cycleRun,
  },
  'ANALYTIC.BATCH.STARTED': {
    summary: 'A run of rules over a month was asked for.',
    about: 'the batch',
    payload: open({ month: month(), rules: Type.Array(uuid()) }),
  },
  'ANALYTIC.BATCH.COMPLETED': {
    summary: 'A run of rules over a month is through.',
    about: 'the batch',
    payload: open({ month: month() }),
  },
  'ANALYTIC.BATCH.FAILED': {
    summary: 'A run of rules over a month stopped and can go on.',
    about: 'the batch',
    payload: open({ code: text(), detail: text() }),
  },
});
