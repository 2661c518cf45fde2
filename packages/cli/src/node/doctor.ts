import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkRowSecurity, type RlsFinding } from '@prorata/platform';
import type { Command } from 'commander';
import { cliProblem } from '../problems.ts';
import { addCommand, type Shell } from '../terminal/command.ts';
import { reportTable, text } from '../terminal/report.ts';
import { type AnyNode, withNode } from './open-node.ts';

interface Check {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** `prorata doctor`: is the node as it should be? Opening it has checked prorata.yaml and the migrations already. */
export function doctorCommand(program: Command, shell: Shell): void {
  addCommand(program, shell, {
    name: 'doctor',
    summary: 'check a node: folder modes, database, roles, row-level security',
    examples: ['doctor --dir G'],
    dir: "the node's folder",
    async run({ dir, terminal }) {
      const database = await withNode(dir, databaseChecks);
      const checks = [runtime(), ...(await fileModes(dir)), ...database];
      const failed = checks.filter(({ ok }) => !ok);
      if (failed.length > 0) {
        const names = failed.map(({ check }) => check).join(', ');
        throw cliProblem('NODE_UNSOUND', `${names} failed`, { checks: failed, rows: checks });
      }
      const rows = checks.map(({ check, detail }) => ({ check, ok: '✓', detail }));
      const fields = [text('ok', ' '), text('check', 'Check', 'Contrôle'), text('detail', 'Found', 'Constat')];
      return { document: { sound: true, rows: checks }, text: reportTable(rows, fields, terminal.language) };
    },
  });
}

function runtime(): Check {
  return {
    check: 'runtime',
    ok: Number(process.versions.node.split('.')[0]) >= 24,
    detail: `Node ${process.versions.node}`,
  };
}

/** Keys are for the owner of the folder only (mode 700, files 600); Windows has no such bits. */
async function fileModes(dir: string): Promise<Check[]> {
  if (process.platform === 'win32') return [];
  const keys = join(dir, 'keys');
  const names = await readdir(keys);
  const paths = [keys, ...names.map((name) => join(keys, name))];
  return await Promise.all(
    paths.map(async (path) => {
      const mode = (await stat(path)).mode & 0o777;
      return { check: 'mode', ok: (mode & 0o077) === 0, detail: `${path} has mode ${mode.toString(8)}` };
    }),
  );
}

async function databaseChecks({ kind, node }: AnyNode): Promise<Check[]> {
  const { config } = node;
  const who = config.entity === undefined ? config.tenant : config.entity;
  return await node.db.transaction(node.scope, async (tx) => {
    const [server] = await tx.query<{ version: string; number: string }>(
      "SELECT current_setting('server_version') AS version, current_setting('server_version_num') AS number",
    );
    const roles = await tx.query<{ name: string; powerful: boolean }>(
      `SELECT rolname AS name, rolsuper OR rolbypassrls OR rolcreaterole AS powerful FROM pg_roles
        WHERE rolname LIKE 'prorata\\_%' AND rolname <> 'prorata_super' ORDER BY rolname`,
    );
    const walls = await checkRowSecurity((sql) => tx.query<RlsFinding>(sql));
    const powerful = roles.filter((role) => role.powerful).map(({ name }) => name);
    return [
      { check: 'node', ok: true, detail: `${kind} node ${who.code}, ${config.deployment}` },
      {
        check: 'database',
        ok: Number(server?.number) >= 150_000,
        detail: `PostgreSQL ${server?.version}, migrations up to date`,
      },
      {
        check: 'roles',
        ok: powerful.length === 0,
        detail:
          powerful.length === 0
            ? `${roles.length} roles, none above the wall`
            : `${powerful.join(', ')} can pass the wall`,
      },
      {
        check: 'row-level security',
        ok: walls.length === 0,
        detail:
          walls.map((wall) => `${wall.table_name}: ${wall.problem}`).join('; ') ||
          'every table with a tenant has its wall',
      },
    ];
  });
}
