import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const dashboard = new URL('../../packages/dashboard/package.json', import.meta.url);

/** Where the generated types stand. */
export const CLIENT = fileURLToPath(new URL('src/generated/group-api.ts', dashboard));

/** TypeScript types of an OpenAPI description, as a group node serves it at `/openapi.json`. */
export async function clientTypes(description: string): Promise<string> {
  // The generator is a dependency of the dashboard alone, beside the TypeScript that it needs.
  const generator = dirname(createRequire(dashboard).resolve('openapi-typescript/package.json'));
  const dir = await mkdtemp(join(tmpdir(), 'prorata-client-'));
  try {
    const [source, out] = [join(dir, 'openapi.json'), join(dir, 'client.ts')];
    await writeFile(source, description);
    await promisify(execFile)(process.execPath, [join(generator, 'bin', 'cli.js'), source, '-o', out]);
    return await readFile(out, 'utf8');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
