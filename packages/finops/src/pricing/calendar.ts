import { firstDayOf, type Tx, writePath } from '@prorata/platform';
import { requireOpenMonth } from '../closing/guard.ts';
import type { MonthKey } from '../facts/step.ts';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import { revalueOpenMonths, viewOfMonth } from './revalue.ts';
import { readViewName, type ViewKey, viewLabel } from './view-name.ts';
import * as sql from './views.sql.ts';
import { findView, type PricingOptions, type PricingView, reading, scopeOf } from './views.ts';

/** Which view values a month: what the calendar says, what it comes to, and with what its facts are valued. */
export interface CalendarMonth {
  readonly month: string;
  readonly state: 'OPEN' | 'CLOSED' | 'LOCKED';
  /** `STANDARD@2` as somebody set it; null where the latest published view valid for the month decides. */
  readonly set: string | null;
  /** Null where no view is valid for the month. */
  readonly view: string | null;
  /** Null where the month has no facts, or none of them has a price. */
  readonly valued_with: string | null;
}

/** Months that the calendar names or that have facts. */
export async function readCalendar(entity: EntityNode): Promise<{ readonly rows: readonly CalendarMonth[] }> {
  return await reading(entity, async (tx) => {
    const found = await tx.query<CalendarRow>(sql.CALENDAR, scopeOf(entity));
    const rows: CalendarMonth[] = [];
    for (const row of found) rows.push(await calendarMonth(tx, keyOf(entity, row.month), row));
    return { rows };
  });
}

interface CalendarRow {
  readonly month: string;
  readonly state: CalendarMonth['state'];
  readonly set_code: string | null;
  readonly set_version: number | null;
  readonly valued_code: string | null;
  readonly valued_version: number | null;
}

async function calendarMonth(tx: Tx, key: MonthKey, row: CalendarRow): Promise<CalendarMonth> {
  const valued = labelOf(row.valued_code, row.valued_version);
  const chosen = await viewOfMonth(tx, key);
  return {
    month: row.month,
    state: row.state,
    set: labelOf(row.set_code, row.set_version),
    view: row.state === 'OPEN' ? (chosen === null ? null : viewLabel(chosen)) : valued,
    valued_with: valued,
  };
}

function labelOf(code: string | null, version: number | null): string | null {
  return code === null || version === null ? null : viewLabel({ code, version });
}

export interface CalendarChange {
  readonly month: string;
  /** The view that values the month from now on; null where none is valid. */
  readonly view: string | null;
  readonly changed: boolean;
  /** Open months that are valued otherwise because of it. */
  readonly revalued: readonly string[];
}

/**
 * Gives a month to a published view; without a version, to the latest published one. The facts of the month take its prices at
 * once.
 *
 * @param month YYYY-MM
 * @throws Problem `MONTH_INVALID`, `VIEW_INVALID`, `VIEW_NOT_FOUND`, `VIEW_NOT_PUBLISHED`, `VIEW_ARCHIVED`, `PERIOD_CLOSED`,
 *   `PERIOD_LOCKED`
 */
export async function setCalendar(
  entity: EntityNode,
  month: string,
  name: string,
  options: PricingOptions = {},
): Promise<CalendarChange> {
  const wanted = readViewName(name);
  return await changing(entity, month, { view: name }, options, async (tx, key, context) => {
    const view = wanted.version === undefined ? await latestPublished(tx, entity, wanted.code) : undefined;
    const found = view ?? (await findView(tx, entity, wanted));
    if (found.status === 'DRAFT') throw finopsProblem('VIEW_NOT_PUBLISHED', `${viewLabel(found)} is a draft`);
    if (found.status === 'ARCHIVED') throw finopsProblem('VIEW_ARCHIVED', `${viewLabel(found)} is archived`);
    const values = [...key, context.countryCode, found.code, found.version, context.userId];
    return (await tx.execute(sql.SET_CALENDAR, values)) > 0;
  });
}

async function latestPublished(tx: Tx, entity: EntityNode, code: string): Promise<PricingView | undefined> {
  const versions = await tx.query<PricingView>(sql.VIEWS, [...scopeOf(entity), code]);
  return versions.filter((view) => view.status === 'PUBLISHED').at(-1);
}

/**
 * Takes a month out of the calendar, so that the latest published view valid for it decides.
 *
 * @throws Problem `MONTH_INVALID`, `CALENDAR_NOT_SET`, `PERIOD_CLOSED`, `PERIOD_LOCKED`
 */
export async function clearCalendar(
  entity: EntityNode,
  month: string,
  options: PricingOptions = {},
): Promise<CalendarChange> {
  return await changing(entity, month, { view: null }, options, async (tx, key) => {
    const cleared = await tx.query<ViewKey>(sql.CLEAR_CALENDAR, key);
    if (cleared.length === 0) throw finopsProblem('CALENDAR_NOT_SET', `the calendar says nothing about ${month}`);
    return true;
  });
}

async function changing(
  entity: EntityNode,
  month: string,
  payload: { readonly view: string | null },
  options: PricingOptions,
  change: (tx: Tx, key: MonthKey, context: EntityNode['operator']) => Promise<boolean>,
): Promise<CalendarChange> {
  const key = keyOf(entity, month);
  const context = options.context ?? entity.operator;
  const request = {
    action: 'finops.prices.calendar',
    method: payload.view === null ? 'DELETE' : 'PUT',
    route: '/api/finops/prices/calendar/:month',
    payload: { month, ...payload },
    idempotencyKey: options.idempotencyKey,
  };
  const answer = await writePath<CalendarChange>(entity.db, context, request, async (tx, record) => {
    await tx.query(LOCK_ENTITY);
    await requireOpenMonth(tx, key);
    const changed = await change(tx, key, context);
    const revalued = changed ? await revalueOpenMonths(tx, entity) : [];
    const chosen = await viewOfMonth(tx, key);
    const body = { month, view: chosen === null ? null : viewLabel(chosen), changed, revalued };
    record.audit({ subject: 'pricing_calendar', subjectId: month, details: body });
    return { status: 200, body };
  });
  return answer.body;
}

function keyOf(entity: EntityNode, month: string): MonthKey {
  return [...scopeOf(entity), firstDayOf(month)];
}
