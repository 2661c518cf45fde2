import type { NodeConfig } from './config.ts';

/**
 * The PostgreSQL server of a node, whichever kind it is: `DATABASE_URL` of the environment wins over `database.url` of prorata.yaml, so
 * that whoever runs a node keeps its password out of the file and may move it without editing it.
 *
 * @returns undefined where neither names one: the node has an embedded server
 */
export function databaseUrlOf(
  config: Pick<NodeConfig, 'database'>,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  return env.DATABASE_URL === undefined || env.DATABASE_URL === '' ? config.database?.url : env.DATABASE_URL;
}
