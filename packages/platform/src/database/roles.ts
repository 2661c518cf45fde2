import { createHash, randomBytes } from 'node:crypto';
import type { Client } from 'pg';

/** The roles that hold grants. None of them can log in, owns a table or bypasses row-level security. */
export const GROUP_ROLES = ['prorata_app', 'prorata_intake', 'prorata_reader', 'prorata_relay'] as const;

/** What a transaction may run as: `app` for requests, `intake` for bulk loads, `reader` for consolidated reading, `relay` for work across tenants. */
export type DatabaseRole = 'app' | 'intake' | 'reader' | 'relay';

/** Owns the queue's schema and holds no grant on anything of ours: workers wait for jobs as this role and do them as `app`. */
export const QUEUE_ROLE = 'prorata_jobs';

/** Who logs in: one for each role of a transaction, and the worker that waits for jobs. */
export type LoginRole = DatabaseRole | 'jobs';

export const LOGIN_ROLES: readonly LoginRole[] = ['app', 'intake', 'reader', 'relay', 'jobs'];

export const OWNER_ROLE = 'prorata_owner';

/** Passwords of the login roles of one database on a server; empty where a private socket needs none. */
export type LoginPasswords = Readonly<Record<LoginRole, string>>;

export function freshPasswords(): LoginPasswords {
  const secret = () => randomBytes(24).toString('base64url');
  return { app: secret(), intake: secret(), reader: secret(), relay: secret(), jobs: secret() };
}

/**
 * Roles belong to the whole server, databases do not: a login carries a mark of its database, so that two nodes on one
 * server never share a password.
 */
export function loginName(role: LoginRole, database: string, shared: boolean): string {
  const mark = shared ? `_${createHash('sha256').update(database).digest('hex').slice(0, 10)}` : '_login';
  return `prorata_${role}${mark}`;
}

/**
 * Creates what is missing: the owner, the group roles, the queue's owner, and the logins. Runs on an administrator's connection,
 * under the migration lock.
 */
export async function ensureRoles(admin: Client, logins: readonly Login[]): Promise<void> {
  for (const name of [OWNER_ROLE, QUEUE_ROLE, ...GROUP_ROLES]) await ensureRole(admin, name, 'NOLOGIN');
  const me = await admin.query<{ rolsuper: boolean }>('select rolsuper from pg_roles where rolname = current_user');
  if (me.rows[0]?.rolsuper !== true) await admin.query(`GRANT ${OWNER_ROLE}, ${QUEUE_ROLE} TO CURRENT_USER`);
  // A function of the owner puts jobs into the queue for the application, which has no rights there.
  await admin.query(`GRANT ${QUEUE_ROLE} TO ${OWNER_ROLE}`);
  for (const login of logins) {
    await ensureRole(admin, login.name, 'LOGIN');
    if (login.password !== '') {
      await admin.query(`ALTER ROLE ${login.name} PASSWORD '${login.password}'`);
    }
    // Not only after it was created: a start that was killed in between left a login without its grants.
    const member = await admin.query<{ ok: boolean }>("select pg_has_role($1, $2, 'MEMBER') as ok", [
      login.name,
      `prorata_${login.role}`,
    ]);
    if (member.rows[0]?.ok !== true) await admin.query(`GRANT prorata_${login.role} TO ${login.name}`);
  }
}

export interface Login {
  readonly role: LoginRole;
  readonly name: string;
  readonly password: string;
}

async function ensureRole(admin: Client, name: string, kind: 'LOGIN' | 'NOLOGIN'): Promise<void> {
  const there = await admin.query('select 1 from pg_roles where rolname = $1', [name]);
  if (there.rowCount === 1) return;
  try {
    await admin.query(`CREATE ROLE ${name} ${kind} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS`);
  } catch (error) {
    // Roles are shared by all databases of a server: a node of another database may have made it a moment ago.
    if (error instanceof Error && 'code' in error && (error.code === '42710' || error.code === '23505')) return;
    throw error;
  }
}
