import type { Database, Tx } from '../database/database.ts';
import { type RequestContext, scopeOf } from '../identity/context.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { type WriteAnswer, type WriteRequest, writePath } from '../write/write-path.ts';

/** What a key says in a language. */
export interface Translation {
  readonly key: string;
  readonly locale: string;
  readonly text: string;
  readonly version: number;
}

export type TranslationAsking = Pick<WriteRequest, 'method' | 'route' | 'idempotencyKey'>;

const COLUMNS = 'key, locale, text, version::integer AS version';

const PUT = `
  INSERT INTO translation AS t (tenant_id, legal_entity_id, key, locale, text, created_by, updated_by)
  VALUES ($1, $2, $3, $4, $5, $6, $6)
  ON CONFLICT (tenant_id, legal_entity_id, key, locale) DO UPDATE
     SET text = excluded.text, updated_at = now(), updated_by = excluded.updated_by, version = t.version + 1
   WHERE t.text <> excluded.text
  RETURNING ${COLUMNS}`;

const ONE = `SELECT ${COLUMNS} FROM translation WHERE key = $1 AND locale = $2`;

/** Says what a key means in a language; the same text again changes nothing. */
export async function putTranslation(
  db: Database,
  context: RequestContext & { readonly legalEntityId: string },
  asking: TranslationAsking,
  { key, locale, text }: Pick<Translation, 'key' | 'locale' | 'text'>,
): Promise<WriteAnswer<Translation>> {
  const request = { ...asking, action: 'i18n.translate', payload: { key, locale, text } };
  return await writePath(db, context, request, async (tx, record) => {
    const values = [context.tenantId, context.legalEntityId, key, locale, text, context.userId];
    const [stored] = await tx.query<Translation>(PUT, values);
    const [row] = stored === undefined ? await tx.query<Translation>(ONE, [key, locale]) : [stored];
    if (row === undefined) throw new RangeError(`the translation of ${key} is not there after it was stored`);
    record.audit({ subject: 'translation', subjectId: key, details: { locale, text } });
    return { status: 200, body: row };
  });
}

/** @throws Problem `NOT_FOUND` */
export async function removeTranslation(
  db: Database,
  context: RequestContext,
  asking: TranslationAsking,
  { key, locale }: Pick<Translation, 'key' | 'locale'>,
): Promise<WriteAnswer<Translation>> {
  const request = { ...asking, action: 'i18n.remove', payload: { key, locale } };
  return await writePath(db, context, request, async (tx, record) => {
    const remove = `DELETE FROM translation WHERE key = $1 AND locale = $2 RETURNING ${COLUMNS}`;
    const [row] = await tx.query<Translation>(remove, [key, locale]);
    if (row === undefined) throw platformProblem('NOT_FOUND', `${key} has no translation in ${locale}`);
    record.audit({ subject: 'translation', subjectId: key, details: { locale, removed: row.text } });
    return { status: 200, body: row };
  });
}

export interface TranslationQuery {
  /** Keys that begin so. */
  readonly prefix?: string | undefined;
  readonly locale?: string | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

const LIST = `
  SELECT ${COLUMNS} FROM translation
   WHERE ($1::text IS NULL OR starts_with(key, $1)) AND ($2::text IS NULL OR locale = $2)
     AND ($3::text IS NULL OR (key, locale) > ($3, $4))
   ORDER BY key, locale LIMIT $5`;

/** Translations by key and language. */
export async function listTranslations(
  db: Database,
  context: RequestContext,
  query: TranslationQuery,
): Promise<{ rows: Translation[]; next: string | null }> {
  const { prefix = null, locale = null, limit = 100 } = query;
  const [key = null, language = null] =
    query.after === undefined ? [] : Buffer.from(query.after, 'base64url').toString('utf8').split('\t');
  const values = [prefix, locale, key, language ?? '', limit + 1];
  const rows = await db.transaction(scopeOf(context), (tx) => tx.query<Translation>(LIST, values), { readOnly: true });
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  if (rows.length <= limit || last === undefined) return { rows: kept, next: null };
  return { rows: kept, next: Buffer.from(`${last.key}\t${last.locale}`, 'utf8').toString('base64url') };
}

const OF_KEYS = 'SELECT key, locale, text FROM translation WHERE key = ANY ($1::text[]) AND locale = ANY ($2::text[])';

/** What keys say in the first language of a chain that each has; a key without any is not in the answer. */
export async function textsOf(tx: Tx, keys: readonly string[], chain: readonly string[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  if (keys.length === 0) return texts;
  const rows = await tx.query<Omit<Translation, 'version'>>(OF_KEYS, [[...new Set(keys)], chain]);
  const ranks = new Map<string, number>();
  for (const { key, locale, text } of rows) {
    const rank = chain.indexOf(locale);
    if (rank >= (ranks.get(key) ?? chain.length)) continue;
    ranks.set(key, rank);
    texts.set(key, text);
  }
  return texts;
}
