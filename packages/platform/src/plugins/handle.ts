import type { Database, Tx } from '../database/database.ts';
import { type RequestContext, scopeOf } from '../identity/context.ts';
import type { WriteRecord } from '../write/record.ts';
import { type WriteAnswer, type WriteRequest, type WriteResult, writePath } from '../write/write-path.ts';
import type { FoundPlugin } from './manifest.ts';
import type { PluginHandle, PluginRecord, PluginTx } from './plugin.ts';
import { pluginProblem } from './problems.ts';
import { requirePlainStatement } from './statement.ts';

/** What the node offers to plugins, made anew for each caller: package → context → service. */
export type PluginServices = Readonly<Record<string, (context: RequestContext) => unknown>>;

export interface PluginNode {
  readonly db: Database;
  readonly services: PluginServices;
  /** Functions of the node's own schema, which no plugin may call. */
  readonly functions: ReadonlySet<string>;
}

/** How a request of a plugin is known to the store of answers. */
export type PluginAsking = Pick<WriteRequest, 'method' | 'route' | 'idempotencyKey'>;

export function pluginHandle(
  node: PluginNode,
  plugin: FoundPlugin,
  context: RequestContext,
  asking: PluginAsking,
): PluginHandle {
  const { manifest } = plugin;
  return {
    context: contextFor(context),
    service: <Service>(name: string): Service => serviceOf<Service>(node, context, name),
    refuse: (reason, detail, extensions = {}) => pluginProblem('PLUGIN_REFUSED', detail, { ...extensions, reason }),
    async read(work) {
      return await node.db.transaction(scopeOf(context), (tx) => work(guardedTx(tx, node, plugin, context, false)), {
        role: 'reader',
        readOnly: true,
      });
    },
    async write<Body>(
      asked: { readonly action: string; readonly payload: unknown },
      work: (tx: PluginTx, record: PluginRecord) => Promise<WriteResult<Body>>,
    ): Promise<WriteAnswer<Body>> {
      const request = { ...asking, action: `${manifest.code}.${asked.action}`, payload: asked.payload };
      return await writePath(node.db, context, request, (tx, record) =>
        work(guardedTx(tx, node, plugin, context, true), guardedRecord(record, plugin)),
      );
    },
  };
}

/** Who asks, without whose it is: there is nothing that a plugin could do with the tenant's id. */
export function contextFor(context: RequestContext): PluginHandle['context'] {
  const { legalEntityId, countryCode, locale, roles, userId, correlationId } = context;
  return {
    countryCode,
    locale,
    roles,
    userId,
    correlationId,
    ...(legalEntityId === undefined ? {} : { legalEntityId }),
  };
}

export function serviceOf<Service>(node: PluginNode, context: RequestContext, name: string): Service {
  const service = Object.hasOwn(node.services, name) ? node.services[name] : undefined;
  if (service === undefined) throw pluginProblem('PLUGIN_INVALID', `the node offers no service ${name}`);
  return service(context) as Service;
}

/**
 * The transaction as a plugin sees it. Each statement is judged before it runs, and the scope is compared after it: the first keeps a
 * plugin from leaving its scope, the second tells if one has found a way.
 */
export function guardedTx(
  tx: Tx,
  node: PluginNode,
  { manifest }: FoundPlugin,
  context: RequestContext,
  mayWrite: boolean,
): PluginTx {
  const rules = { mayWrite, tables: new Set(manifest.tables), functions: node.functions };
  return {
    async query<Row extends object>(sql: string, values: readonly unknown[] = []) {
      requirePlainStatement(sql, rules);
      const rows = await tx.query<Row>(sql, values);
      await requireScope(tx, context);
      return rows;
    },
    async execute(sql, values = []) {
      requirePlainStatement(sql, rules);
      const touched = await tx.execute(sql, values);
      await requireScope(tx, context);
      return touched;
    },
  };
}

async function requireScope(tx: Tx, context: RequestContext): Promise<void> {
  const [row] = await tx.query<{ tenant: string; entity: string }>(
    "SELECT current_setting('app.current_tenant', true) AS tenant, current_setting('app.current_legal_entity', true) AS entity",
  );
  if (row?.tenant === context.tenantId && row.entity === (context.legalEntityId ?? '')) return;
  throw pluginProblem('PLUGIN_SCOPE_LEFT', 'the scope of the transaction is no longer that of the caller');
}

export function guardedRecord(record: WriteRecord, { manifest }: FoundPlugin): PluginRecord {
  return {
    audit: (entry) => record.audit({ ...entry, subject: `${manifest.code}.${entry.subject}` }),
    emit(entry) {
      if (!manifest.emits.includes(entry.event)) {
        throw pluginProblem(
          'PLUGIN_INVALID',
          `the manifest of ${manifest.code} does not name the event ${entry.event}`,
        );
      }
      record.emit(entry);
    },
  };
}
