import type { TSchema } from 'typebox';
import type { RequestContext } from '../identity/context.ts';
import type { EventEnvelope } from '../outbox/envelope.ts';
import type { WriteAnswer, WriteResult } from '../write/write-path.ts';

/** Who asks, as far as a plugin needs to know. */
export type PluginContext = Pick<
  RequestContext,
  'legalEntityId' | 'countryCode' | 'locale' | 'roles' | 'userId' | 'correlationId'
>;

/** One statement at a time, in the caller's scope; `$1` for values. It writes the plugin's own tables only. */
export interface PluginTx {
  query<Row extends object = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** How many rows it touched. */
  execute(sql: string, values?: readonly unknown[]): Promise<number>;
}

/** What a write leaves behind, stored with it or not at all. */
export interface PluginRecord {
  audit(entry: { readonly subject: string; readonly subjectId: string; readonly details?: unknown }): void;
  /** Only events that the manifest names. */
  emit(entry: { readonly event: string; readonly entity_id: string; readonly payload: unknown }): void;
}

/**
 * All that a plugin gets: transactions in the scope of whoever asked, and the node's services for the same person. There is no tenant to
 * choose and no connection to take.
 */
export interface PluginHandle {
  readonly context: PluginContext;
  /** Reads with the role `reader`. */
  read<T>(work: (tx: PluginTx) => Promise<T>): Promise<T>;
  /** Writes through the node's one write path: idempotency key, audit and outbox in one transaction. */
  write<Body>(
    asked: { readonly action: string; readonly payload: unknown },
    work: (tx: PluginTx, record: PluginRecord) => Promise<WriteResult<Body>>,
  ): Promise<WriteAnswer<Body>>;
  /** What the node offers to plugins, by package: `service<AnalyticServices>('analytic')`. */
  service<Service>(name: string): Service;
  /** A refusal that the caller can act upon (422 `PLUGIN_REFUSED`, with `reason`). */
  refuse(reason: string, detail: string, extensions?: Readonly<Record<string, unknown>>): Error;
}

export interface PluginRequest {
  readonly query: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The whole upload of a route with `upload`, as text. */
  text(): Promise<string>;
}

export interface PluginAnswer {
  readonly status?: number;
  readonly body: unknown;
  readonly replayed?: boolean;
  /** `text/csv` and the like; JSON unless told. Then the body is text. */
  readonly type?: string;
}

/** A route below `/api/plugins/<code>`. */
export interface PluginRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/budgets/:id` */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  /** Who may call it. */
  readonly roles: readonly string[];
  readonly idempotency?: 'required';
  /** Takes CSV instead of JSON. */
  readonly upload?: { readonly maxBytes: number };
  readonly schema?: { readonly querystring?: TSchema; readonly params?: TSchema; readonly body?: TSchema };
  /** What is answered, for the description of the API. */
  readonly response?: TSchema;
  run(handle: PluginHandle, request: PluginRequest): Promise<PluginAnswer>;
}

/** Monthly weights that a plugin computes for the dimensions of an axis. */
export interface PluginDriver {
  readonly summary: string;
  /** @param month `YYYY-MM` @returns weights as exact decimals of zero or more, by the code of the dimension */
  compute(
    handle: PluginHandle,
    asked: { readonly month: string; readonly axis: string },
  ): Promise<readonly { readonly dimension: string; readonly weight: string }[]>;
}

/** The default export of a plugin's module. */
export interface Plugin {
  readonly routes?: readonly PluginRoute[];
  readonly drivers?: Readonly<Record<string, PluginDriver>>;
  /**
   * Takes one event of those that the manifest listens to, in the order of the feed, in a transaction of its own. What it throws is tried
   * again, and the events behind it wait.
   */
  on?(
    event: EventEnvelope,
    tx: PluginTx,
    record: PluginRecord,
    handle: Pick<PluginHandle, 'context' | 'service'>,
  ): Promise<void>;
}
