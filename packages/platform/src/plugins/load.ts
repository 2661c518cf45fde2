import type { Database } from '../database/database.ts';
import { NIL_UUID } from '../identity/uuid.ts';
import type { PluginNode, PluginServices } from './handle.ts';
import type { FoundPlugin } from './manifest.ts';
import { requireWalls } from './migrations.ts';
import type { Plugin } from './plugin.ts';
import { pluginProblem } from './problems.ts';

/** A plugin that runs: its manifest, and what its module does. */
export interface LoadedPlugin extends FoundPlugin {
  readonly plugin: Plugin;
}

/** A node with its plugins. */
export interface PluginHost extends PluginNode {
  readonly plugins: readonly LoadedPlugin[];
}

/**
 * Loads the modules of plugins whose tables are there (their migrations ran with those of the node), after a look at their walls.
 *
 * @throws Problem `PLUGIN_INVALID`
 */
export async function loadPlugins(
  db: Database,
  found: readonly FoundPlugin[],
  services: PluginServices,
): Promise<PluginHost> {
  const plugins: LoadedPlugin[] = [];
  const functions = await db.transaction(
    { tenantId: NIL_UUID },
    async (tx) => {
      for (const { manifest } of found) await requireWalls(manifest, (sql, values) => tx.query(sql, values));
      const rows = await tx.query<{ name: string }>(
        "SELECT DISTINCT p.proname AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'prorata'",
      );
      return new Set(rows.map(({ name }) => name));
    },
    { readOnly: true },
  );
  for (const one of found) plugins.push({ ...one, plugin: await loadModule(one) });
  return { db, services, functions, plugins };
}

async function loadModule({ main, manifest }: FoundPlugin): Promise<Plugin> {
  const loaded = (await import(main.href)) as { default?: unknown };
  const plugin = loaded.default;
  if (typeof plugin !== 'object' || plugin === null) throw invalid(manifest.code, 'the module has no default export');
  const { routes = [], drivers = {}, on } = plugin as Plugin;
  const computed = Object.keys(drivers).sort().join(', ');
  if (computed !== [...manifest.drivers].sort().join(', ')) {
    throw invalid(
      manifest.code,
      `the manifest names the drivers ${manifest.drivers.join(', ')}, the module ${computed}`,
    );
  }
  if (manifest.listens.length > 0 && typeof on !== 'function') {
    throw invalid(manifest.code, 'the manifest listens to events and the module exports no "on"');
  }
  for (const { method, path, roles } of routes) {
    if (!/^(\/(:?[a-z][a-z0-9_-]*))+$/.test(path))
      throw invalid(manifest.code, `the route ${method} ${path} is no path`);
    if (roles.length === 0) throw invalid(manifest.code, `the route ${method} ${path} names no roles`);
  }
  return plugin as Plugin;
}

function invalid(code: string, detail: string) {
  return pluginProblem('PLUGIN_INVALID', `the plugin ${code}: ${detail}`);
}
