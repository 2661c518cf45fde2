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
  reply.header('vary', 'accept-language');
  const chain = localeChain(request.headers['accept-language'], request.context);
  const keys = rows.map(({ name_i18n_key }) => name_i18n_key);
  const texts = await read(node, request.context, (tx) => textsOf(tx, keys, chain));
  return rows.map((row) => ({ ...row, name: texts.get(row.name_i18n_key) ?? row.name_source }));
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
