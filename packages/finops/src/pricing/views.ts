import { type RequestContext, type Tx, writePath } from '@prorata/platform';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import { revalueOpenMonths } from './revalue.ts';
import { readViewName, type ViewKey, type ViewName, viewLabel } from './view-name.ts';
import * as sql from './views.sql.ts';

/** A version of a price list. Months are YYYY-MM; a bound that is null is none. */
export interface PricingView extends ViewKey {
  readonly currency: string;
  readonly status: 'DRAFT' | 'PUBLISHED' | 'ARCHIVED';
  readonly valid_from: string | null;
  readonly valid_to: string | null;
  readonly lines: number;
  readonly content_sha256: string;
  /** Name of the file that it was read from, or the month that it was derived from. */
  readonly source: string;
  readonly created_at: string;
  readonly published_at: string | null;
  readonly archived_at: string | null;
}

export interface PriceOfProduct {
  readonly product: string;
  readonly label: string;
  readonly unit: string;
  /** Exact decimal of at most 18 decimals, for one unit; for an indirect product the whole amount to spread. */
  readonly unit_price: string;
  readonly currency: string;
}

export interface PricingOptions {
  readonly context?: RequestContext;
  readonly idempotencyKey?: string | undefined;
}

/** A change of a view's status, and the open months that are valued otherwise because of it. */
export type ViewChange = PricingView & { readonly changed: boolean; readonly revalued: readonly string[] };

/** All versions of all views, or of one. */
export async function listViews(entity: EntityNode, code?: string): Promise<{ readonly rows: readonly PricingView[] }> {
  const wanted = code === undefined ? null : readViewName(code).code;
  const rows = await reading(entity, (tx) => tx.query<PricingView>(sql.VIEWS, [...scopeOf(entity), wanted]));
  return { rows };
}

/**
 * One version with its prices; the latest where none is named.
 *
 * @param name `STANDARD` or `STANDARD@2`
 * @throws Problem `VIEW_INVALID`, `VIEW_NOT_FOUND`
 */
export async function showView(
  entity: EntityNode,
  name: string,
): Promise<PricingView & { readonly rows: readonly PriceOfProduct[] }> {
  return await reading(entity, async (tx) => {
    const view = await findView(tx, entity, readViewName(name));
    const rows = await tx.query<PriceOfProduct>(sql.LINES, [...scopeOf(entity), view.code, view.version]);
    return { ...view, rows };
  });
}

/**
 * Publishes a draft: from here on it never changes. Open months whose prices it decides are valued with it at once.
 *
 * @throws Problem `VIEW_INVALID`, `VIEW_NOT_FOUND`, `VIEW_ARCHIVED`
 */
export async function publishView(entity: EntityNode, name: string, options: PricingOptions = {}): Promise<ViewChange> {
  const wanted = readViewName(name);
  return await changing(entity, 'finops.prices.publish', wanted, options, async (tx, context, view) => {
    if (view.status === 'ARCHIVED') throw finopsProblem('VIEW_ARCHIVED', `${viewLabel(view)} is archived`);
    if (view.status === 'PUBLISHED') return false;
    await tx.execute(sql.PUBLISH_VIEW, [...scopeOf(entity), view.code, view.version, context.userId]);
    return true;
  });
}

/**
 * Archives a published view: it values no new month, and stays what the months say that it valued.
 *
 * @throws Problem `VIEW_INVALID`, `VIEW_NOT_FOUND`, `VIEW_NOT_PUBLISHED`, `VIEW_IN_USE`
 */
export async function archiveView(entity: EntityNode, name: string, options: PricingOptions = {}): Promise<ViewChange> {
  const wanted = readViewName(name);
  return await changing(entity, 'finops.prices.archive', wanted, options, async (tx, context, view) => {
    if (view.status === 'ARCHIVED') return false;
    if (view.status === 'DRAFT') throw finopsProblem('VIEW_NOT_PUBLISHED', `${viewLabel(view)} is a draft`);
    const key = [...scopeOf(entity), view.code, view.version];
    const used = await tx.query<{ month: string }>(sql.OPEN_MONTHS_OF_VIEW, key);
    if (used.length > 0) {
      const months = used.map(({ month }) => month);
      throw finopsProblem('VIEW_IN_USE', `the calendar gives ${months.join(', ')} to ${viewLabel(view)}`, { months });
    }
    await tx.execute(sql.ARCHIVE_VIEW, [...key, context.userId]);
    return true;
  });
}

async function changing(
  entity: EntityNode,
  action: string,
  wanted: ViewName,
  options: PricingOptions,
  change: (tx: Tx, context: RequestContext, view: PricingView) => Promise<boolean>,
): Promise<ViewChange> {
  const context = options.context ?? entity.operator;
  const request = {
    action,
    method: 'POST',
    route: `/api/finops/prices#${action}`,
    payload: { ...wanted, version: wanted.version ?? null },
    idempotencyKey: options.idempotencyKey,
  };
  const answer = await writePath<ViewChange>(entity.db, context, request, async (tx, record) => {
    await tx.query(LOCK_ENTITY);
    const before = await findView(tx, entity, wanted);
    const changed = await change(tx, context, before);
    if (!changed) return { status: 200, body: { ...before, changed, revalued: [] } };
    const revalued = await revalueOpenMonths(tx, entity);
    const view = await findView(tx, entity, before);
    const details = { status: view.status, content_sha256: view.content_sha256, revalued };
    record.audit({ subject: 'pricing_view', subjectId: viewLabel(view), details });
    record.emit({
      event: `FINOPS.PRICES.${view.status}`,
      entity_id: viewLabel(view),
      payload: { code: view.code, version: view.version, currency: view.currency, lines: view.lines, revalued },
    });
    return { status: 200, body: { ...view, changed, revalued } };
  });
  return answer.body;
}

/** @throws Problem `VIEW_NOT_FOUND` */
export async function findView(tx: Tx, entity: EntityNode, { code, version }: ViewName): Promise<PricingView> {
  const [view] = await tx.query<PricingView>(sql.ONE_VIEW, [...scopeOf(entity), code, version ?? null]);
  if (view !== undefined) return view;
  const named = version === undefined ? code : viewLabel({ code, version });
  throw finopsProblem('VIEW_NOT_FOUND', `${entity.entity.code} has no Pricing View ${named}`);
}

export async function reading<T>(entity: EntityNode, work: (tx: Tx) => Promise<T>): Promise<T> {
  return await entity.db.transaction(entity.scope, work, { readOnly: true });
}

export function scopeOf(entity: EntityNode): readonly [tenantId: string, legalEntityId: string] {
  return [entity.scope.tenantId, entity.scope.legalEntityId];
}
