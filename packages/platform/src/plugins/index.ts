export { deliverEvents, startDelivery } from './events.ts';
export { type PluginServices, pluginHandle } from './handle.ts';
export { type LoadedPlugin, loadPlugins, type PluginHost } from './load.ts';
export {
  type FoundPlugin,
  findPlugins,
  type PluginEntry,
  type PluginManifest,
  PluginManifestSchema,
  pluginModule,
} from './manifest.ts';
export type {
  Plugin,
  PluginAnswer,
  PluginContext,
  PluginDriver,
  PluginHandle,
  PluginRecord,
  PluginRequest,
  PluginRoute,
  PluginTx,
} from './plugin.ts';
export { registerPlugins } from './plugins.routes.ts';
export { pluginProblem } from './problems.ts';
