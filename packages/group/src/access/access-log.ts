import { createHash } from 'node:crypto';
import { type RequestContext, uuidv7 } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { isConsolidated } from './reach.ts';

/** One read: what was asked, and how much was answered. */
export interface Access {
  readonly context: RequestContext;
  readonly method: string;
  /** The pattern of the route, or the words of the command. */
  readonly route: string;
  readonly filters: Readonly<Record<string, unknown>>;
  readonly status: number;
  /** Null for a file or a stream. */
  readonly rows: number | null;
}

export interface AccessLog {
  /** Resolves once the read stands in the log, so that no answer leaves that is not in it. */
  note(access: Access): Promise<void>;
}

interface Waiting {
  readonly row: object;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Rows of one statement. */
const MOST_ROWS = 500;
/** Longer filters are kept by their digest and their beginning: ten thousand values of a list are no use to a reader of the log. */
const MOST_FILTER_CHARACTERS = 4_000;

const INSERT = {
  name: 'access_log_insert',
  text: `
    INSERT INTO access_log (tenant_id, access_id, read_at, user_id, roles, entity_id, method, route, filters, status, row_count, correlation_id)
    SELECT $1, access_id, read_at, user_id, roles, entity_id, method, route, filters, status, row_count, correlation_id
      FROM json_to_recordset($2) AS r(access_id uuid, read_at timestamptz, user_id uuid, roles text[], entity_id text, method text,
                                      route text, filters jsonb, status integer, row_count bigint, correlation_id uuid)`,
};

/**
 * The log of a node's reads. Reads that end while a statement is on its way share the next one, so that many readers cost few
 * transactions. The commit does not wait for the disk (decision 0172): the end of the node's process loses nothing that was answered.
 */
export function openAccessLog(group: GroupNode): AccessLog {
  let waiting: Waiting[] = [];
  let writing = false;

  async function write(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MOST_ROWS);
      waiting = waiting.slice(MOST_ROWS);
      try {
        await insert(group, batch);
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    writing = false;
  }

  return {
    note(access) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({ row: rowOf(access), done: resolve, failed: reject });
      if (!writing) void write();
      return promise;
    },
  };
}

async function insert(group: GroupNode, batch: readonly Waiting[]): Promise<void> {
  const rows = JSON.stringify(batch.map(({ row }) => row));
  await group.db.transaction({ tenantId: group.scope.tenantId }, async () => {}, {
    ahead: [
      { sql: 'SET LOCAL synchronous_commit = off', values: [] },
      { sql: INSERT, values: [group.scope.tenantId, rows] },
    ],
  });
}

function rowOf({ context, method, route, filters, status, rows }: Access): object {
  return {
    access_id: uuidv7(),
    read_at: new Date().toISOString(),
    user_id: context.userId,
    roles: context.roles,
    entity_id: isConsolidated(context) ? null : (context.entityCode ?? null),
    method,
    route,
    filters: bounded(filters),
    status,
    row_count: rows,
    correlation_id: context.correlationId,
  };
}

function bounded(filters: Readonly<Record<string, unknown>>): object {
  // PostgreSQL keeps no NUL in a text; the request is refused for it elsewhere, and still is logged where it is not.
  const text = JSON.stringify(filters).replaceAll('\\u0000', '');
  if (text.length <= MOST_FILTER_CHARACTERS) return JSON.parse(text) as object;
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { characters: text.length, sha256, beginning: text.slice(0, 1_000).toWellFormed() };
}
