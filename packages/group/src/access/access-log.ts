import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, type RequestContext, uuidv7 } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
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
  /** Keeps the read where the end of the process does not lose it, before it returns. @throws Problem `ACCESS_LOG_FULL` */
  note(access: Access): void;
  /** Writes what is kept into the table. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const FLUSH_AFTER_MILLISECONDS = 200;
const MOST_WAITING = 50_000;
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
                                      route text, filters jsonb, status integer, row_count bigint, correlation_id uuid)
    ON CONFLICT DO NOTHING`,
};

const logs = new WeakMap<Database, AccessLog>();

/** The log of this process for a node, opened once. */
export function accessLogOf(group: GroupNode): AccessLog {
  const log = logs.get(group.db) ?? openAccessLog(group);
  logs.set(group.db, log);
  return log;
}

/**
 * The log of a node's reads. A read is appended to a file of the node's folder before its answer leaves, which a killed process does not
 * lose, and a moment later many of them go into the table in one statement (decision 0172). What a killed process left behind is taken in
 * by the next one.
 *
 * @param most rows that may wait; while the database takes none, further reads are refused rather than forgotten
 */
export function openAccessLog(group: GroupNode, most = MOST_WAITING): AccessLog {
  const folder = join(group.dir, 'access');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = `${process.pid}-${uuidv7()}.jsonl`;
  const path = join(folder, name);
  const file = openSync(path, 'a', 0o600);
  let waiting: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = takeIn(group, folder, name).catch(() => {});

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MOST_ROWS);
      await insert(group, batch);
      waiting = waiting.slice(batch.length);
      if (waiting.length === 0) ftruncateSync(file);
    }
  }
  function flush(): Promise<void> {
    writing = writing.catch(() => {}).then(write);
    return writing;
  }
  function later(): void {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      // What could not be written waits, and is tried again with the next read.
      flush().catch(() => {});
    }, FLUSH_AFTER_MILLISECONDS);
    timer.unref();
  }

  const log: AccessLog = {
    note(access) {
      if (waiting.length >= most) {
        throw groupProblem('ACCESS_LOG_FULL', `${waiting.length} reads wait to be logged`, { waiting: waiting.length });
      }
      const line = JSON.stringify(rowOf(access));
      writeSync(file, `${line}\n`);
      waiting.push(line);
      later();
    },
    flush,
    async close() {
      clearTimeout(timer);
      if (logs.get(group.db) === log) logs.delete(group.db);
      try {
        await flush();
        rmSync(path, { force: true });
      } finally {
        closeSync(file);
      }
    },
  };
  return log;
}

/** Takes in what processes left behind that are no more. */
async function takeIn(group: GroupNode, folder: string, own: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    if (name === own || isAlive(Number(name.split('-', 1)[0]))) continue;
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    // The last line may be half of one: its read was never answered.
    const whole = lines.slice(0, -1);
    for (let at = 0; at < whole.length; at += MOST_ROWS) await insert(group, whole.slice(at, at + MOST_ROWS));
    rmSync(join(folder, name), { force: true });
  }
}

/** Whether another process of that number runs; one with our own number is gone, since we have it. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function insert(group: GroupNode, lines: readonly string[]): Promise<void> {
  const ahead = [{ sql: INSERT, values: [group.scope.tenantId, `[${lines.join(',')}]`] }];
  await group.db.transaction({ tenantId: group.scope.tenantId }, async () => {}, { ahead });
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
