import { localeChain, textsOf } from '@prorata/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AnalyticNode, read } from './node.ts';

interface Keyed {
  readonly name_i18n_key: string;
  readonly name_source: string | null;
}

/**
 * Rows with their names in the language of the reader: the translation of the key in the first language of the chain that has one,
 * otherwise what the author typed (docs/contracts/I18N_CONTRACT.md).
 */
export async function withNames<Row extends Keyed>(
  node: AnalyticNode,
  request: FastifyRequest,
  reply: FastifyReply,
  rows: readonly Row[],
): Promise<(Row & { name: string | null })[]> {
  const texts = await shownTexts(
    node,
    request,
    reply,
    rows.map(({ name_i18n_key }) => name_i18n_key),
  );
  return rows.map((row) => ({ ...row, name: texts.get(row.name_i18n_key) ?? row.name_source }));
}

/** What keys say to the reader, as far as somebody has translated them. */
async function shownTexts(
  node: AnalyticNode,
  request: FastifyRequest,
  reply: FastifyReply,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  reply.header('vary', 'accept-language');
  const chain = localeChain(request.headers['accept-language'], request.context);
  return await read(node, request.context, (tx) => textsOf(tx, keys, chain));
}

/** One row with its name. */
export async function withName<Row extends Keyed>(
  node: AnalyticNode,
  request: FastifyRequest,
  reply: FastifyReply,
  row: Row,
): Promise<Row & { name: string | null }> {
  const [named] = await withNames(node, request, reply, [row]);
  return named ?? { ...row, name: row.name_source };
}

interface Described {
  readonly description_i18n_key: string;
  readonly description_source: string | null;
}

/** Rows with their descriptions in the language of the reader. */
export async function withDescriptions<Row extends Described>(
  node: AnalyticNode,
  request: FastifyRequest,
  reply: FastifyReply,
  rows: readonly Row[],
): Promise<(Row & { description: string | null })[]> {
  const keys = rows.map(({ description_i18n_key }) => description_i18n_key);
  const texts = await shownTexts(node, request, reply, keys);
  return rows.map((row) => ({ ...row, description: texts.get(row.description_i18n_key) ?? row.description_source }));
}

const DIMENSION_KEYS = 'SELECT code, name_i18n_key FROM ana_dimension WHERE axis_id = $1';

/** Rows about dimensions of one axis with the names of these in the language of the reader. */
export async function withDimensionNames<
  Row extends { readonly dimension: string; readonly name_source: string | null },
>(
  node: AnalyticNode,
  request: FastifyRequest,
  reply: FastifyReply,
  axisId: string,
  rows: readonly Row[],
): Promise<(Row & { name: string | null })[]> {
  const found = await read(node, request.context, (tx) =>
    tx.query<{ code: string; name_i18n_key: string }>(DIMENSION_KEYS, [axisId]),
  );
  const keys = new Map(found.map(({ code, name_i18n_key }) => [code, name_i18n_key]));
  const texts = await shownTexts(node, request, reply, [...keys.values()]);
  return rows.map((row) => ({ ...row, name: texts.get(keys.get(row.dimension) ?? '') ?? row.name_source }));
}
