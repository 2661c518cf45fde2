import { firstDayOf, type RequestContext, type Tx, type WriteRecord, writePath } from '@prorata/platform';
import type { Notice } from '../import/layout.ts';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import { RowFaults } from '../import/table-file.ts';
import { NO_UNIT } from '../mapping/products.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import { contentDigest } from './content-digest.ts';
import type { Draft, DraftLine } from './draft.ts';
import { type PriceLine, type PriceSource, readPriceFile } from './price-file.ts';
import { readViewName, type ViewKey, viewLabel } from './view-name.ts';
import * as sql from './views.sql.ts';
import { type PricingOptions, type PricingView, publishView, scopeOf } from './views.ts';

export interface PriceImport extends PriceSource {
  /** `STANDARD`, or `STANDARD@2` for a version of it. */
  readonly view: string;
  /** ISO 4217; the entity's currency unless told. */
  readonly currency?: string | undefined;
  /** Months that the view may value, YYYY-MM, both included. */
  readonly validFrom?: string | undefined;
  readonly validTo?: string | undefined;
  readonly publish?: boolean | undefined;
}

export interface ImportedPrices extends PricingView {
  /** False where a version with this very content stood already: nothing was done. */
  readonly imported: boolean;
  readonly file: string;
  readonly sha256: string;
  readonly notices: readonly Notice[];
  /** Open months that are valued otherwise because the view was published. */
  readonly revalued: readonly string[];
}

type Stored = PricingView & { readonly imported: boolean };

/**
 * Takes a price list as a version of a Pricing View: the whole list or nothing. Without a version it becomes the next one, unless
 * the latest says the same already; a draft that is named is rewritten; a published version is never touched.
 *
 * @throws Problem `ROWS_REFUSED` (unknown product, product without unit, other unit than the reference's, other currency than the
 *   view's, a price twice or below zero), `VIEW_INVALID`, `VIEW_PUBLISHED`, `VERSION_GAP`, and the refusals of reading
 */
export async function importPrices(
  entity: EntityNode,
  input: PriceImport,
  options: PricingOptions = {},
): Promise<ImportedPrices> {
  const context = options.context ?? entity.operator;
  const draft = readDraft(entity, input);
  const file = await readPriceFile(entity, input);
  const request = {
    action: 'finops.prices.import',
    method: 'POST',
    route: '/api/finops/prices',
    payload: { ...draft, sha256: file.sha256 },
    idempotencyKey: options.idempotencyKey,
  };
  const answer = await writePath<Stored>(entity.db, context, request, async (tx, record) => {
    await tx.query(LOCK_ENTITY);
    const lines = await judgedLines(tx, entity, draft, file.lines, file.name);
    const stored = await storeDraft(tx, { entity, context, draft, lines, source: file.name }, record);
    return { status: stored.imported ? 201 : 200, body: stored };
  });
  const { name, sha256, notices } = file;
  const stored = answer.body;
  const read = { file: name, sha256, notices, revalued: [] };
  if (input.publish !== true) return { ...stored, ...read };
  const published = await publishView(entity, viewLabel(stored), { context });
  const { changed: _changed, revalued, ...view } = published;
  return { ...view, ...read, imported: stored.imported, revalued };
}

function readDraft(entity: EntityNode, input: PriceImport): Draft {
  const { code, version } = readViewName(input.view);
  const currency = input.currency ?? entity.config.currency;
  if (!Intl.supportedValuesOf('currency').includes(currency)) {
    throw finopsProblem('VIEW_INVALID', `${JSON.stringify(currency)} is no currency of ISO 4217`);
  }
  const validFrom = input.validFrom === undefined ? null : firstDayOf(input.validFrom);
  const validTo = input.validTo === undefined ? null : firstDayOf(input.validTo);
  if (validFrom !== null && validTo !== null && validTo < validFrom) {
    throw finopsProblem('VIEW_INVALID', `${code}: valid to ${input.validTo} is before valid from ${input.validFrom}`);
  }
  return { code, version: version ?? null, currency, validFrom, validTo };
}

/** Judges each line against the references and the view's currency. */
async function judgedLines(
  tx: Tx,
  entity: EntityNode,
  { code, currency }: Draft,
  lines: readonly PriceLine[],
  file: string,
): Promise<DraftLine[]> {
  const products = lines.map((line) => line.product);
  const found = await tx.query<{ product: string; unit: string; active: boolean }>(sql.PRODUCTS_NAMED, [
    ...scopeOf(entity),
    products,
  ]);
  const known = new Map(found.map((product) => [product.product, product]));
  const faults = new RowFaults();
  for (const { row, product, unit, currency: named } of lines) {
    const reference = known.get(product);
    if (reference === undefined) faults.add(row, 'product', product, 'no such product in the references of the entity');
    else if (reference.unit === NO_UNIT) {
      faults.add(row, 'product', product, 'the product has no unit in the references, so it has no price for one unit');
    } else if (reference.unit !== unit) {
      faults.add(row, 'unit', unit, `the unit of ${product} is ${reference.unit}: a product has one unit`);
    }
    if (named !== null && named !== currency) {
      faults.add(row, 'currency', named, `the prices of ${code} are in ${currency}: a view has one currency`);
    }
  }
  faults.refuse(file);
  return lines.map(({ product, unit, unit_price }) => ({ product, unit, unit_price }));
}

export interface DraftToStore {
  readonly entity: EntityNode;
  readonly context: RequestContext;
  readonly draft: Draft;
  readonly lines: readonly DraftLine[];
  readonly source: string;
}

/**
 * Writes a draft, as the version named or the next one.
 *
 * @throws Problem `VIEW_PUBLISHED`, `VERSION_GAP`
 */
export async function storeDraft(tx: Tx, of: DraftToStore, record: WriteRecord): Promise<Stored> {
  const { entity, draft, lines } = of;
  const digest = contentDigest(draft, lines);
  const scope = scopeOf(entity);
  const [latest] = await tx.query<PricingView>(sql.ONE_VIEW, [...scope, draft.code, null]);
  const [named] =
    draft.version === null
      ? [latest]
      : await tx.query<PricingView>(sql.ONE_VIEW, [...scope, draft.code, draft.version]);
  if (named !== undefined && named.content_sha256 === digest) return { ...named, imported: false };
  const key = { code: draft.code, version: draft.version ?? (latest?.version ?? 0) + 1 };
  const replaced = draft.version === null ? undefined : named;
  if (replaced !== undefined && replaced.status !== 'DRAFT') {
    throw finopsProblem('VIEW_PUBLISHED', `${viewLabel(replaced)} is ${replaced.status.toLowerCase()}`);
  }
  const next = (latest?.version ?? 0) + 1;
  if (replaced === undefined && key.version !== next) {
    throw finopsProblem('VERSION_GAP', `the next version of ${draft.code} is ${next}, not ${key.version}`);
  }
  await write(tx, of, key, digest, replaced !== undefined);
  const [view] = await tx.query<PricingView>(sql.ONE_VIEW, [...scope, key.code, key.version]);
  if (view === undefined) throw new Error(`${viewLabel(key)} was stored and cannot be read`);
  const details = { content_sha256: digest, lines: lines.length, currency: draft.currency, source: of.source };
  record.audit({ subject: 'pricing_view', subjectId: viewLabel(key), details });
  return { ...view, imported: true };
}

async function write(
  tx: Tx,
  { entity, context, draft, lines, source }: DraftToStore,
  { code, version }: ViewKey,
  digest: string,
  rewrite: boolean,
): Promise<void> {
  const key = [...scopeOf(entity), code, version];
  const { currency, validFrom, validTo } = draft;
  if (rewrite) {
    await tx.execute(sql.REMOVE_LINES, key);
    await tx.execute(sql.REWRITE_DRAFT, [...key, currency, validFrom, validTo, digest, source]);
  } else {
    const values = [...key, context.countryCode, currency, validFrom, validTo, digest, source, context.userId];
    await tx.execute(sql.INSERT_VIEW, values);
  }
  await tx.execute(sql.INSERT_LINES, [
    ...key,
    currency,
    lines.map((line) => line.product),
    lines.map((line) => line.unit),
    lines.map((line) => line.unit_price),
  ]);
}
