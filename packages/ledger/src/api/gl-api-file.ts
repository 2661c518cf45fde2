import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileWhole } from '@prorata/platform';
import { Type } from 'typebox';
import { schemaCheck } from '../entry/schema-check.ts';
import { ledgerProblem } from '../problems.ts';
import { createGlClient, type GlClient } from './gl-client.ts';

const strict = { additionalProperties: false } as const;
const check = schemaCheck(
  Type.Object(
    {
      schema: Type.Literal('prorata.gl-api/1'),
      base_url: Type.String({ pattern: '^https?://[^\\s]+$', maxLength: 500 }),
      token: Type.Optional(Type.String({ minLength: 1, maxLength: 8192, pattern: '^[\\x21-\\x7e]+$' })),
    },
    strict,
  ),
);

/**
 * The client of the general ledger's API as `keys/gl-api.json` of the node's folder has it; undefined where there is no such file. It
 * holds a token, so that only its owner may read it.
 *
 * @throws Problem `GL_API_CONFIG_INVALID`
 */
export async function glClientOf(dir: string): Promise<GlClient | undefined> {
  const path = pathOf(dir);
  const text = await ownText(path);
  if (text === undefined) return undefined;
  const { base_url: baseUrl, token } = requireConfig(path, parsed(path, text));
  return createGlClient({ baseUrl, ...(token === undefined ? {} : { token: () => token }) });
}

/** Where the general ledger answers, and with which bearer token, if it asks for one. */
export interface GlApi {
  readonly base_url: string;
  readonly token?: string;
}

/** Keeps the address of the general ledger's API for `glClientOf`; running processes take it from now on. @throws Problem `GL_API_CONFIG_INVALID` */
export async function connectGlApi(dir: string, api: GlApi): Promise<void> {
  const path = pathOf(dir);
  const config = requireConfig(path, { schema: 'prorata.gl-api/1', ...api });
  await mkdir(join(dir, 'keys'), { recursive: true, mode: 0o700 });
  await writeFileWhole(path, `${JSON.stringify(config, null, 2)}\n`, 0o600);
}

const pathOf = (dir: string) => join(dir, 'keys', 'gl-api.json');

function requireConfig(path: string, document: unknown): GlApi {
  const checked = check(document);
  if ('value' in checked) return checked.value;
  const [first] = checked.faults;
  throw ledgerProblem('GL_API_CONFIG_INVALID', `${path} ${first?.pointer} ${first?.message}`);
}

async function ownText(path: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(path);
    // Windows has no such bits: there the folder's access list protects the file.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw ledgerProblem('GL_API_CONFIG_INVALID', `${path} has mode ${(mode & 0o777).toString(8)}`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw ledgerProblem('GL_API_CONFIG_INVALID', `${path} is not JSON`, {}, error);
  }
}
