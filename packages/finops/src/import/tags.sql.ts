import { type FileEngine, quoteText } from './duckdb.ts';
import type { Notice } from './layout.ts';

/** Fewer groups than this are stored as they are. */
const MANY_GROUPS = 50_000;
/** How many different sets of tags are looked at, chosen by their hash so that the same file gives the same answer. */
const LOOKED_AT = 20_000;
/** A key with more values than this among them names single resources; no group has that many applications. */
const MOST_VALUES = 5_000;

/** What is kept of the tags of a file, as an SQL expression over the groups. */
export interface KeptTags {
  readonly sql: string;
  readonly notices: readonly Notice[];
}

/**
 * Decides which tags are kept. Consumption is grouped by everything that a mapping can look at; a key that differs from
 * resource to resource (a name, an ARN) can name no application, and would make a group of every row. Such keys are left
 * out, and the notice says which.
 */
export async function keptTags(engine: FileEngine, groups: number): Promise<KeptTags> {
  const whole = `CASE WHEN text_or_null("Tags") = '{}' THEN NULL ELSE text_or_null("Tags") END`;
  if (groups <= MANY_GROUPS) return { sql: whole, notices: [] };
  const keys = (await engine.rows(KEYS_OF_RESOURCES)).map((row) => row[0] ?? '');
  if (keys.length === 0) return { sql: whole, notices: [] };
  // RFC 7396: a member that is null in the patch is removed.
  const patch = quoteText(JSON.stringify(Object.fromEntries(keys.map((key) => [key, null]))));
  const patched = `CAST(json_merge_patch(text_or_null("Tags"), ${patch}) AS VARCHAR)`;
  const detail = `more than ${MOST_VALUES} different values each, so they name resources and no application: ${keys.join(', ')}`;
  return { sql: `nullif(${patched}, '{}')`, notices: [{ code: 'TAGS_NOT_KEPT', detail }] };
}

const KEYS_OF_RESOURCES = `
  SELECT key FROM (
    SELECT tags FROM (SELECT DISTINCT text_or_null("Tags") AS tags FROM scanned WHERE NOT is_none("Tags"))
     ORDER BY hash(tags), tags LIMIT ${LOOKED_AT}
  ) AS looked, json_each(looked.tags)
  GROUP BY key HAVING count(DISTINCT value) > ${MOST_VALUES} ORDER BY key`;
