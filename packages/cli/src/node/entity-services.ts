import type { EntityNode } from '@prorata/finops';
import {
  type App,
  findPlugins,
  loadPlugins,
  type PluginHost,
  pluginModule,
  type RequestContext,
  registerPlugins,
  registerTranslations,
  startDelivery,
} from '@prorata/platform';

/** What an entity node serves beside FinOps: behind its guard, and before it. */
export interface EntityServices {
  /** Routes behind the guard. */
  register(app: App): Promise<void>;
  /** The inbox of the general ledger, whose signature takes the place of a token. */
  pages(app: App): Promise<void>;
}

/** Who may hand an event that was given up to its plugin once more. */
const PLUGIN_OPERATORS = ['analytic.admin', 'finops.admin'];

/** Who reads and writes what the i18n keys of an entity's services say. */
const TRANSLATORS = ['analytic.writer', 'analytic.admin', 'finops.admin', 'platform.translator'];
const TRANSLATION_READERS = [...TRANSLATORS, 'analytic.reader', 'finops.reader', 'finops.analyst'];

/** Analytic accounting, the read copy of the ledger with its inbox, and the node's plugins, on one address with FinOps. */
export async function entityServices(node: EntityNode): Promise<EntityServices> {
  const { reactToLedger, registerAnalyticRoutes } = await import('@prorata/analytic');
  const { glClientOf, registerGlInbox, registerLedgerRoutes } = await import('@prorata/ledger');
  const { db, dir } = node;
  const { host, driverSources } = await openPlugins(node);
  return {
    async register(app) {
      registerAnalyticRoutes(app, { db, driverSources });
      registerLedgerRoutes(app, { db, dir, react: reactToLedger });
      registerPlugins(app, host, PLUGIN_OPERATORS);
      registerTranslations(app, { db, readers: TRANSLATION_READERS, writers: TRANSLATORS });
      const onError = (error: unknown) => app.log.error({ err: error }, 'events were not handed to the plugins');
      const delivery = startDelivery(host, () => [pluginOperator(node)], { onError });
      app.addHook('onClose', () => delivery.stop());
    },
    pages: (pages) => registerGlInbox(pages, { db, dir, react: reactToLedger, client: () => glClientOf(dir) }),
  };
}

/** The plugins of a node, loaded, and the drivers that they compute. */
export async function openPlugins(node: EntityNode): Promise<{
  readonly host: PluginHost;
  readonly driverSources: ReturnType<typeof import('@prorata/analytic').driverSourcesOf>;
}> {
  const { analyticServices, driverSourcesOf } = await import('@prorata/analytic');
  const found = await findPlugins(node.dir, node.config.plugins ?? []);
  const services = { analytic: (context: RequestContext) => analyticServices({ db: node.db }, context) };
  const host = await loadPlugins(node.db, found, services);
  return { host, driverSources: driverSourcesOf(host) };
}

/** In whose name a node's plugins take events: the node itself, for the modules that its configuration enables. */
function pluginOperator({ operator, config }: EntityNode): RequestContext {
  const modules = (config.plugins ?? []).map(({ code }) => pluginModule(code));
  return { ...operator, enabledModules: [...operator.enabledModules, ...modules] };
}
