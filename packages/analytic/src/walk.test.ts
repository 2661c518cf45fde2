import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importFec } from '@prorata/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completed } from './testing/books.ts';
import { type Answer, type Company, type Method, openTestService, type TestService } from './testing/test-service.ts';

let test: TestService;
let company: Company;
let dir: string;
beforeAll(async () => {
  test = await openTestService({ works: true });
  company = await test.company();
  dir = await mkdtemp(join(tmpdir(), 'prorata-walk-'));
});
afterAll(async () => {
  await test.close();
  await rm(dir, { recursive: true, force: true });
});

describe('WALK.md', () => {
  it('is true: every request is sent, every answer is as written', async () => {
    const text = await readFile(new URL('../WALK.md', import.meta.url), 'utf8');
    const names = new Map<string, string>();
    const filled = (part: string) =>
      part.replace(/\{([A-Za-z0-9 ]+)\}/g, (whole, name: string) => names.get(name) ?? whole);
    let last: Answer | undefined;
    for (const [, kind, content = ''] of text.matchAll(/```(fec|http|json)\n([\s\S]*?)```/g)) {
      if (kind === 'fec') await takeFec(content, names);
      else if (kind === 'json') expectAnswer(last, JSON.parse(filled(content)));
      else for (const line of content.trim().split('\n')) last = await send(filled(line), names);
    }
    expect(names.has('mirror')).toBe(true);
  });
});

async function takeFec(content: string, names: Map<string, string>): Promise<void> {
  const path = join(dir, '732829320FEC20261231.txt');
  await writeFile(path, content);
  const [imported] = await importFec({ db: test.db, context: company.context }, [path]);
  expect(imported).toMatchObject({ entries: 3, refused_lines_count: 0 });
  for (const row of await test.admin<{ id: string; name: string }>(
    `SELECT id, journal_code || ' ' || entry_number AS name FROM gl_entry`,
  )) {
    names.set(row.name, row.id);
  }
}

async function send(line: string, names: Map<string, string>): Promise<Answer> {
  const [, method, path = '', body, name] = /^(\S+) (\S+)(?: (\{.*\}))?(?: => (\S+))?$/.exec(line) ?? [];
  const answer = await company.ask(method as Method, path.slice(1), body === undefined ? undefined : JSON.parse(body));
  if (name !== undefined) {
    expect([line, answer.text, answer.status < 300]).toEqual([line, answer.text, true]);
    names.set(name, String(answer.body.id));
  }
  if (name === 'batch') await completed(company, String(answer.body.id));
  return answer;
}

/** The members that the document shows; a list of texts names lines that are among others. */
function expectAnswer(answer: Answer | undefined, shown: Record<string, unknown>): void {
  const { lines, ...members } = shown;
  expect(answer?.body).toMatchObject(members);
  if (Array.isArray(lines)) expect(answer?.body.lines).toEqual(expect.arrayContaining(lines));
}
