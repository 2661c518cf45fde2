import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportFacts } from '@prorata/finops';
import { openGroup, reportCompleteness } from '@prorata/group';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEntityNode } from '../entity/open.ts';
import { addDecimals, equalDecimals } from '../terminal/decimals.ts';
import { buildDemoGroup, type DemoGroup, type DemoOptions } from './build.ts';

let folder: string;
let whole: DemoGroup;

/** Small, and with the month that DE02 restates. */
function options(dir: string): DemoOptions {
  return { dir: join(folder, dir), months: ['2025-07', '2025-08'], entities: ['DE02'], rows: 40 };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prorata-demo-'));
  whole = await buildDemoGroup(options('whole'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the sample group', () => {
  it('conserves every bill: imported = facts = group, for both costs, to the last decimal', () => {
    expect(whole.figures.conserved).toBe(true);
    expect(whole.figures.conservation).toHaveLength(2);
    for (const { imported, facts, group } of whole.figures.conservation) {
      expect(equalDecimals(imported, facts) && equalDecimals(facts, group)).toBe(true);
      expect(Number(imported)).toBeGreaterThan(0);
    }
    expect(whole.figures.months.map(({ period_month: month, currency }) => [month, currency])).toEqual([
      ['2025-07', 'EUR'],
      ['2025-08', 'EUR'],
    ]);
  });

  it('shows the restated month as revision 2', async () => {
    const group = await openGroup(whole.group);
    try {
      const { rows } = await reportCompleteness(group, { from: '2025-08', to: '2025-08' });
      expect(rows.map(({ entity, revision }) => [entity, revision])).toEqual([['DE02', 2]]);
    } finally {
      await group.close();
    }
  });

  it('values what the data centre measured, and spreads its backbone by head count', async () => {
    const node = await openEntityNode(whole.entities.DE02 ?? '');
    try {
      const { rows } = await reportFacts(node, { month: '2025-07', limit: 10_000 });
      const standard = (type: string) =>
        addDecimals(rows.filter((row) => row.consumption_type === type).map((row) => row.cost_standard ?? '0'));
      expect(equalDecimals(standard('INDIRECT'), '2698')).toBe(true);
      expect(rows.some((row) => row.product_id === 'DC-VM' && row.cost_standard !== null)).toBe(true);
      expect(Number(standard('DIRECT'))).toBeGreaterThan(0);
    } finally {
      await node.close();
    }
  });

  it('is read and left as it is when it stands already', async () => {
    const again = await buildDemoGroup(options('whole'));
    expect(again).toMatchObject({ reused: true, figures: whole.figures });
  });

  it('goes on where it was interrupted, to the same figures', async () => {
    const interrupted = buildDemoGroup({
      ...options('interrupted'),
      progress(done) {
        if (done === 2) throw new Error('interrupted');
      },
    });
    await expect(interrupted).rejects.toThrow('interrupted');
    const resumed = await buildDemoGroup(options('interrupted'));
    expect(resumed.reused).toBe(false);
    expect(resumed.figures).toEqual(whole.figures);
  });

  it('touches no folder that holds something else', async () => {
    await writeFile(join(folder, 'letter.txt'), 'mine');
    await expect(buildDemoGroup({ ...options('whole'), dir: folder })).rejects.toMatchObject({
      code: 'DEMO_FOLDER_TAKEN',
    });
    await expect(buildDemoGroup({ ...options('whole'), rows: 41 })).rejects.toMatchObject({
      code: 'DEMO_FOLDER_TAKEN',
    });
  });
});
