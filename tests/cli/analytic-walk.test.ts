import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEntityNode } from '../../packages/cli/src/entity/open.ts';
import { answerInProcess, inProcess, refusalInProcess, scratch } from './process.ts';

let folder: Awaited<ReturnType<typeof scratch>>;
/** Kept open, so that the database stays up between commands, as it does beside a serving node. */
let open: { close(): Promise<void> } | undefined;
beforeAll(async () => {
  folder = await scratch('analytic-walk');
});
afterAll(async () => {
  await open?.close();
  await folder.remove();
});

const files = new Set<string>();

/** The words of a command line, with the folder of this test in front of the files and of the node. */
function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  return words.slice(2).map((word) => (word === 'E' || files.has(word) ? join(folder.dir, word) : word));
}

const say = (line: string) => answerInProcess(...wordsOf(`npx prorata ${line}`));
const refuse = (line: string) => refusalInProcess(...wordsOf(`npx prorata ${line}`));
const show = async (line: string) => (await inProcess(...wordsOf(`npx prorata ${line}`))).stdout;

async function store(name: string, content: string): Promise<void> {
  files.add(name);
  await writeFile(join(folder.dir, name), content);
}

describe('packages/analytic/SHELL.md', () => {
  it('is true: every command is carried out, every answer is as written', async () => {
    const text = await readFile(new URL('../../packages/analytic/SHELL.md', import.meta.url), 'utf8');
    let last: Record<string, unknown> = {};
    let commands = 0;
    for (const [, kind = '', content = ''] of text.matchAll(/```(file \S+|sh|json)\n([\s\S]*?)```/g)) {
      if (kind.startsWith('file ')) await store(kind.slice('file '.length), content);
      else if (kind === 'json') expectAnswer(last, JSON.parse(content));
      else {
        for (const line of content.trim().split('\n')) {
          last = await answerInProcess(...wordsOf(line));
          open ??= await openEntityNode(join(folder.dir, 'E'));
          commands += 1;
        }
      }
    }
    expect(commands).toBeGreaterThan(15);
  });
});

function expectAnswer(answer: Record<string, unknown>, shown: Record<string, unknown>): void {
  const { lines, ...members } = shown;
  expect(answer).toMatchObject(members);
  if (Array.isArray(lines)) expect(answer.lines).toEqual(expect.arrayContaining(lines));
}

describe('prorata analytic', () => {
  it('lists what there is, by the word alone, in both languages', async () => {
    expect((await say('analytic axes --dir E')).rows).toMatchObject([{ code: 'COST_CENTER' }, { code: 'PROJECT' }, {}]);
    expect((await say('analytic dimensions --axis PROJECT --dir E')).rows).toMatchObject([{ axis: 'PROJECT' }, {}, {}]);
    expect((await say('analytic rules --dir E')).rows).toMatchObject([{ rule_code: 'CHARGES', status: 'POSTED' }]);
    expect((await say('analytic drivers values HEADCOUNT --dir E')).rows).toHaveLength(2);
    expect((await say('analytic postings --axis PROJECT --dimension P1 --dir E')).rows).toHaveLength(3);
    expect((await say('analytic postings --entry "ACH 1" --month 2026-10 --dir E')).rows).toMatchObject([
      { status: 'REVERSED', rule: 'CHARGES@1', amount: '1000.00' },
      { status: 'MIRROR', amount: '-1000.00' },
    ]);
    expect((await say('analytic batch list --dir E')).rows).toMatchObject([{ month: '2026-10', status: 'COMPLETED' }]);
    expect(await show('analytic explain "ACH 2" --lang fr --dir E')).toContain('par la règle CHARGES, version 1');
    expect(await show('analytic entries --lang fr --dir E')).toContain('Écriture');
    expect(await show('analytic balance --axis PROJECT --from 2026-10 --csv --dir E')).toMatch(
      /^axis,dimension,parent,depth,name,period_month,own,total,currency\r\nPROJECT,P1,,0,,2026-10,60.75,60.75,EUR\r\n/,
    );
  });

  it('takes the same files again without effect', async () => {
    expect(await say('entity import drivers drivers.csv --dir E')).toMatchObject({ imported: false, lines: 2 });
    expect(await say('analytic rules import charges.json --dir E')).toMatchObject({ outcome: 'unchanged', version: 1 });
    expect((await say('analytic dimensions import dimensions.csv --dir E')).rows).toMatchObject([
      { axis: 'COST_CENTER', created: 0, changed: 0, unchanged: 2 },
      { axis: 'PROJECT', unchanged: 3 },
      { axis: 'DEPARTMENT', unchanged: 2 },
    ]);
  });

  it('makes the next version of a posted rule from a changed file, and runs the one that is posted', async () => {
    const rule = {
      schema: 'prorata.allocation-rule/1',
      axes: [{ axis: 'PROJECT', method: 'even', dimensions: ['P1'] }],
    };
    await store('next.json', JSON.stringify(rule));
    expect(await say('analytic rules import next.json --code CHARGES --dir E')).toMatchObject({
      outcome: 'next version',
      version: 2,
      status: 'DRAFT',
    });
    expect(await say('analytic run "ACH 1" CHARGES --dir E')).toMatchObject({ result: { rule: { version: 1 } } });
    await say('analytic rules import next.json --code CHARGES --post --dir E');
    expect(await refuse('analytic run "ACH 1" CHARGES --dir E')).toMatchObject({ code: 'ALREADY_ALLOCATED' });
    expect(await say('analytic run "ACH 1" CHARGES@1 --dir E')).toMatchObject({ replayed: true });
  });

  it('empties service centres, once a month', async () => {
    await store(
      'it.json',
      JSON.stringify({
        code: 'SITE',
        axis: 'COST_CENTER',
        definition: {
          method: 'direct',
          service: ['CC-100'],
          operating: ['CC-200'],
          services: { 'CC-100': { 'CC-200': '1' } },
        },
      }),
    );
    expect(await say('analytic cycles create it.json --dir E')).toMatchObject({ code: 'SITE', version: 1 });
    const run = await say('analytic cycles run SITE 2026-10 --dir E');
    expect(run.rows).toMatchObject([{ from: 'CC-100', to: 'CC-200', amount: '709.35' }]);
    expect(await say('analytic cycles run SITE 2026-10 --dir E')).toMatchObject({ replayed: true });
    expect(await say(`analytic cycles reverse ${run.id} --dir E`)).toMatchObject({ status: 'MIRROR' });
    await store(
      'odd.json',
      JSON.stringify({ code: 'ODD', axis: 'PROJECT', definition: { method: 'magic', extra: 1 } }),
    );
    expect(await refuse('analytic cycles create odd.json --dir E')).toMatchObject({ code: 'CYCLE_INVALID' });
  });

  it.each([
    ['NAME_UNKNOWN', 'analytic run "ACH 99" CHARGES --dir E'],
    ['NAME_UNKNOWN', 'analytic run ACH CHARGES --dir E'],
    ['NAME_UNKNOWN', 'analytic run "ACH 1 2025-01-01" CHARGES --dir E'],
    ['NAME_UNKNOWN', 'analytic preview "ACH 1" NOBODY --dir E'],
    ['NAME_UNKNOWN', 'analytic preview "ACH 1" CHARGES@7 --dir E'],
    ['NAME_UNKNOWN', 'analytic balance --axis NOBODY --from 2026-10 --dir E'],
    ['MONTH_INVALID', 'analytic balance --axis PROJECT --from 2026-13 --dir E'],
    ['MONTH_INVALID', 'analytic batch run october CHARGES --dir E'],
    ['OPTION_INVALID', 'analytic axes create --code "two words" --dir E'],
    ['OPTION_INVALID', 'analytic reverse "ACH 1" --date 2026-02-30 --dir E'],
    ['OPTION_INVALID', 'analytic entries --limit 0 --dir E'],
    ['CODE_TAKEN', 'analytic axes create --code PROJECT --dir E'],
    ['IMMUTABLE_POSTED', 'analytic rules post CHARGES --dir E'],
    ['FILE_NOT_FOUND', 'analytic rules import nowhere.json --dir E'],
    ['FILE_NOT_JSON', 'analytic rules import dimensions.csv --dir E'],
    ['FILE_NOT_JSON', 'analytic rules import next.json --dir E'],
    ['COLUMNS_MISSING', 'entity import drivers dimensions.csv --dir E'],
    ['COLUMNS_MISSING', 'analytic dimensions import drivers.csv --dir E'],
    ['NOT_FOUND', 'analytic explain 019a2b3c-0000-7000-8000-000000000000 --dir E'],
  ])('%s for `%s`', async (code, line) => {
    expect(await refuse(line)).toMatchObject({ code, next: expect.stringMatching(/.{20,}/) });
  });

  it('lets the header of a driver file say whose it is', async () => {
    await store('finops.csv', 'driver,month,application,value\nservers,2026-10,NOBODY,3\n');
    // FinOps judges the application; analytic accounting would not know the column.
    expect(await refuse('entity import drivers finops.csv --dir E')).toMatchObject({ code: 'ROWS_REFUSED' });
    for (const columns of [
      'driver,month,value\nA,2026-10,1',
      'driver,month,value,dimension,application\nA,2026-10,1,X,Y',
    ]) {
      await store('unclear.csv', `${columns}\n`);
      expect(await refuse('entity import drivers unclear.csv --dir E')).toMatchObject({ code: 'DRIVER_FILE_UNCLEAR' });
    }
  });

  it('lists every row of a file that is at fault, and stores nothing of it', async () => {
    await store(
      'wrong.csv',
      'driver,month,dimension,value,axis\nHEADCOUNT,2026-10,SALES,9,DEPARTMENT\nHEADCOUNT,2026-1,WORKS,5,\nHEADCOUNT,2026-10,WORKS,5 heads,\nNOBODY,2026-10,X,1,\n',
    );
    const refused = await refuse('entity import drivers wrong.csv --dir E');
    expect(refused).toMatchObject({ code: 'CSV_INVALID', errors: [{ line: 3 }, { line: 4 }] });
    expect((await say('analytic drivers values HEADCOUNT --dir E')).rows).toMatchObject([
      { weight: '3' },
      { weight: '5' },
    ]);
    await store('orphan.csv', 'axis,code,parent\nPROJECT,P9,NOBODY\n');
    expect(await refuse('analytic dimensions import orphan.csv --dir E')).toMatchObject({ errors: [{ line: 2 }] });
  });
});
