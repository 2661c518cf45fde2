import { readFile } from 'node:fs/promises';

export interface RlsFinding {
  readonly table_name: string;
  readonly problem: string;
}

/** Lists every table that has a tenant and lacks a part of its wall (spec 03, "Data"); an empty list is the proof. */
export async function checkRowSecurity(query: (sql: string) => Promise<RlsFinding[]>): Promise<RlsFinding[]> {
  return await query(await readFile(new URL('rls-check.sql', import.meta.url), 'utf8'));
}
