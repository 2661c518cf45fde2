import { readdir, readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestService, type TestService } from '../testing/test-service.ts';
import { ANALYTIC_MODULE, ANALYTIC_ROLES } from './node.ts';
import { BASE } from './routes.ts';

let test: TestService;
beforeAll(async () => {
  test = await openTestService();
});
afterAll(() => test.close());

const json = async (name: string) => JSON.parse(await readFile(new URL(`../../${name}`, import.meta.url), 'utf8'));

describe('manifest.json', () => {
  it('passes its schema, which refuses a core module that could be switched off or billed', async () => {
    const check = new Ajv({ strict: true }).compile(await json('manifest.schema.json'));
    const manifest = await json('manifest.json');
    check(manifest);
    expect(check.errors).toBeNull();
    for (const wrong of [{ can_be_disabled: true }, { billable: true }, { module_id: 'x' }, { more: 1 }]) {
      expect(check({ ...manifest, ...wrong })).toBe(false);
    }
  });

  it('says what the specification says, and what the code has', async () => {
    const manifest = await json('manifest.json');
    expect(manifest).toMatchObject({
      module_id: ANALYTIC_MODULE,
      name: 'erp-ms-comptabilite-analytic',
      type: 'CORE',
      can_be_disabled: false,
      billable: false,
      depends_on: ['ERP_CORE', 'ERP_GL_CORE'],
      supports_plugins: true,
      base_path: BASE,
      roles: Object.values(ANALYTIC_ROLES),
    });
    const tables = await test.admin<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'prorata' AND tablename LIKE 'ana\\_%' ORDER BY 1`,
    );
    const listed = (manifest.tables as string[]).filter((name) => name.startsWith('ana_')).sort();
    expect(listed).toEqual(tables.map(({ name }) => name));
  });

  it('has a way back for each of its migrations', async () => {
    const note = await readFile(new URL('../../../../docs/MIGRATION_ROLLBACK.md', import.meta.url), 'utf8');
    const files = await readdir(new URL('../../migrations/', import.meta.url));
    expect(files.filter((file) => !note.includes(`\`${file.replace('.sql', '')}\``))).toEqual([]);
  });
});
