import { createHash } from 'node:crypto';
import type { TestGroup } from './test-group.ts';

/** Tables in which a refusal leaves a trace on purpose: its log and report, the kept bytes, what is told and audited of it. */
const LOGS: ReadonlySet<string> = new Set([
  'intake_refusal',
  'quarantine',
  'quarantine_part',
  'outbox_event',
  'audit_log',
]);

/** Digest of every row of every table, by table, seen past all policies: what "unchanged" is held against. */
export async function snapshot(test: TestGroup): Promise<Record<string, string>> {
  const tables = await test.admin<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'prorata' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
  );
  const digests: Record<string, string> = {};
  for (const { name } of tables.filter((table) => !LOGS.has(table.name))) {
    const [row] = await test.admin<{ content: string }>(
      `SELECT COALESCE(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C"), '') AS content FROM prorata.${name} t`,
    );
    digests[name] = createHash('sha256')
      .update(row?.content ?? '')
      .digest('hex')
      .slice(0, 16);
  }
  return digests;
}
