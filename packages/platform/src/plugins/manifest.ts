import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv } from 'ajv';
import { type Static, Type } from 'typebox';
import type { MigrationSet } from '../database/migrate.ts';
import { requireMigrations } from './migrations.ts';
import { pluginProblem } from './problems.ts';

const strict = { additionalProperties: false };
const Code = Type.String({ pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$', maxLength: 40 });
const Table = Type.String({ pattern: '^[a-z][a-z0-9_]{1,62}$' });
const EventName = Type.String({ pattern: '^[A-Z][A-Z0-9_]*([.][A-Z][A-Z0-9_]*)+$', maxLength: 100 });
const Driver = Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,63}$' });
const File = Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}$' });

/** `plugin.json`: what a plugin is and all that it may do. */
export const PluginManifestSchema = Type.Object(
  {
    schema: Type.Literal('prorata.plugin/1'),
    code: Code,
    version: Type.String({ pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+$' }),
    name: Type.Object({ en: Type.String({ minLength: 1 }), fr: Type.String({ minLength: 1 }) }, strict),
    main: File,
    migrations: Type.Optional(File),
    /** Its own tables, each named after its code: `budget_control_line`. */
    tables: Type.Array(Table, { uniqueItems: true, maxItems: 50 }),
    drivers: Type.Array(Driver, { uniqueItems: true, maxItems: 50 }),
    listens: Type.Array(EventName, { uniqueItems: true, maxItems: 20 }),
    emits: Type.Array(EventName, { uniqueItems: true, maxItems: 50 }),
  },
  strict,
);
export type PluginManifest = Static<typeof PluginManifestSchema>;

const valid = new Ajv({ strict: true, allErrors: true }).compile<PluginManifest>(PluginManifestSchema);

/** A plugin whose manifest and migrations are read and checked; its module is not loaded yet. */
export interface FoundPlugin {
  readonly manifest: PluginManifest;
  /** The module that a tenant needs among its enabled ones: `PLUGIN_BUDGET_CONTROL`. */
  readonly module: string;
  readonly main: URL;
  readonly migrations: MigrationSet | undefined;
}

/** What prorata.yaml says about a plugin. */
export interface PluginEntry {
  readonly code: string;
  /** Its folder, relative to that of the node. */
  readonly path: string;
}

/** Module id of a plugin, as tokens name it. */
export function pluginModule(code: string): string {
  return `PLUGIN_${code.replaceAll('-', '_').toUpperCase()}`;
}

/**
 * Reads the manifests of a node's plugins.
 *
 * @throws Problem `PLUGIN_NOT_FOUND`, `PLUGIN_INVALID`
 */
export async function findPlugins(nodeDir: string, entries: readonly PluginEntry[]): Promise<FoundPlugin[]> {
  const found: FoundPlugin[] = [];
  for (const entry of entries) {
    if (found.some(({ manifest }) => manifest.code === entry.code)) {
      throw pluginProblem('PLUGIN_INVALID', `the plugin ${entry.code} stands twice in prorata.yaml`);
    }
    found.push(await findPlugin(nodeDir, entry));
  }
  return found;
}

async function findPlugin(nodeDir: string, { code, path }: PluginEntry): Promise<FoundPlugin> {
  const dir = isAbsolute(path) ? path : resolve(nodeDir, path);
  const manifest = await readManifest(join(dir, 'plugin.json'));
  if (manifest.code !== code) throw invalid(dir, `it says code ${manifest.code}, prorata.yaml says ${code}`);
  const prefix = `${code.replaceAll('-', '_')}_`;
  const strange = manifest.tables.filter((table) => !table.startsWith(prefix));
  if (strange.length > 0) throw invalid(dir, `tables have to begin with ${prefix}: ${strange.join(', ')}`);
  const main = within(dir, manifest.main);
  if (!existsSync(main)) throw invalid(dir, `main ${manifest.main} does not exist`);
  if (manifest.migrations === undefined && manifest.tables.length > 0) throw invalid(dir, 'tables need migrations');
  const migrations = manifest.migrations === undefined ? undefined : within(dir, manifest.migrations);
  if (migrations !== undefined) await requireMigrations(migrations, manifest);
  return {
    manifest,
    module: pluginModule(code),
    main: pathToFileURL(main),
    migrations:
      migrations === undefined
        ? undefined
        : { name: `plugin:${code}`, directory: new URL(`${pathToFileURL(migrations).href}/`) },
  };
}

async function readManifest(path: string): Promise<PluginManifest> {
  if (!existsSync(path)) throw pluginProblem('PLUGIN_NOT_FOUND', `${path} does not exist`);
  let document: unknown;
  try {
    document = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw invalid(path, `it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (valid(document)) return document;
  const faults = (valid.errors ?? []).map(({ instancePath, message, params }) => {
    const { additionalProperty } = params as { additionalProperty?: string };
    return `${instancePath || '/'} ${message}${additionalProperty === undefined ? '' : ` (${additionalProperty})`}`;
  });
  throw invalid(path, faults.join('; '));
}

/** A path below the plugin's folder. @throws Problem `PLUGIN_INVALID` */
function within(dir: string, path: string): string {
  const full = resolve(dir, path);
  if (full.startsWith(resolve(dir) + sep)) return full;
  throw invalid(dir, `${path} leaves the plugin's folder`);
}

function invalid(place: string, detail: string) {
  return pluginProblem('PLUGIN_INVALID', `${place}: ${detail}`);
}
