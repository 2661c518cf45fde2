import { type PluginHost, pluginHandle } from '@prorata/platform';
import type { DriverSource } from '../service/node.ts';

/** What the plugins of a node compute, by the names that drivers give as their source: `budget-control/BUDGET_SHARE`. */
export function driverSourcesOf(host: PluginHost): ReadonlyMap<string, DriverSource> {
  const sources = new Map<string, DriverSource>();
  for (const plugin of host.plugins) {
    for (const [name, driver] of Object.entries(plugin.plugin.drivers ?? {})) {
      const route = `plugins/${plugin.manifest.code}/${name}`;
      sources.set(`${plugin.manifest.code}/${name}`, {
        module: plugin.module,
        compute: (context, asked) =>
          driver.compute(pluginHandle(host, plugin, context, { method: 'DRIVER', route }), asked),
      });
    }
  }
  return sources;
}
