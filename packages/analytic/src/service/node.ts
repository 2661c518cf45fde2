import type {
  Database,
  RequestContext,
  Statement,
  Tx,
  WriteAnswer,
  WriteRecord,
  WriteRequest,
  WriteResult,
} from '@prorata/platform';
import { platformProblem, scopeOf, writePath } from '@prorata/platform';
import { refusalOf } from './refusals.ts';

/** Module that a tenant needs for the service (spec 02, "Classification"). */
export const ANALYTIC_MODULE = 'ERP_ANALYTIC_CORE';

/** Who reads, who allocates; a writer reads as well. */
export const ANALYTIC_ROLES = {
  reader: 'analytic.reader',
  writer: 'analytic.writer',
  admin: 'analytic.admin',
} as const;

/** What the use cases work on: the database of a node. */
export interface AnalyticNode {
  readonly db: Database;
  /** What computes the weights of drivers, by the name that a driver gives as its `source`. */
  readonly driverSources?: ReadonlyMap<string, DriverSource>;
}

/** Something outside of the core that computes monthly weights: a plugin. */
export interface DriverSource {
  /** The module that a tenant needs for it. */
  readonly module: string;
  compute(
    context: RequestContext,
    asked: { readonly month: string; readonly axis: string },
  ): Promise<readonly { readonly dimension: string; readonly weight: string }[]>;
}

/** Who asks, and how the request is known to the store of answers. */
export interface Caller {
  readonly context: RequestContext;
  readonly method: string;
  readonly route: string;
  readonly idempotencyKey?: string | undefined;
}

/** A change, through the one write path: work, events, stored answer and audit row together or not at all. */
export async function change<Body>(
  node: AnalyticNode,
  caller: Caller,
  asked: Pick<WriteRequest, 'action' | 'payload' | 'ahead'>,
  work: (tx: Tx, record: WriteRecord) => Promise<WriteResult<Body>>,
): Promise<WriteAnswer<Body>> {
  const { context, method, route, idempotencyKey } = caller;
  requireLegalEntity(context);
  return await writePath(node.db, context, { ...asked, method, route, idempotencyKey }, (tx, record) =>
    work(tx, record).catch((error: unknown) => {
      throw refusalOf(error);
    }),
  );
}

/** A read, in the scope of the caller. Without a legal entity it finds nothing, because row-level security compares with none. */
export async function read<T>(
  node: AnalyticNode,
  context: RequestContext,
  work: (tx: Tx) => Promise<T>,
  ahead: readonly Statement[] = [],
): Promise<T> {
  return await node.db.transaction(scopeOf(context), work, { readOnly: true, ahead });
}

/** @throws Problem `LEGAL_ENTITY_REQUIRED` */
export function requireLegalEntity(context: RequestContext): string {
  if (context.legalEntityId !== undefined) return context.legalEntityId;
  throw platformProblem('LEGAL_ENTITY_REQUIRED', 'analytic accounting is one of a legal entity');
}

/** @throws Problem `NOT_FOUND` */
export function found<T>(rows: readonly T[], what: string): T {
  const row = rows[0];
  if (row === undefined) throw platformProblem('NOT_FOUND', what);
  return row;
}
