import { join } from 'node:path';
import { buildDemoGroup, type GeneratedFile, generateInput } from '@prorata/cli';
import { type EntityNode, listImports, listPublications, reportFacts } from '@prorata/finops';
import {
  type GroupNode,
  listPublications as listReceived,
  openGroup,
  reportEntities,
  verifyViews,
} from '@prorata/group';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEntityNode } from '../../packages/cli/src/entity/open.ts';
import { amount, answer, killedAfter, scratch } from './process.ts';

/**
 * The campaign behind "nothing is lost, doubled or half-written": processes killed at some two hundred moments, drawn from a
 * fixed seed over the whole length of import, run, publish and receive. After each kill the nodes are looked at; after four of
 * them the command runs to its end.
 */
const MONTHS = Array.from({ length: 12 }, (_, index) => `2025-${String(index + 1).padStart(2, '0')}`);
const KILLS_EACH = 4;
const SEED = 20_251_121;

let folder: Awaited<ReturnType<typeof scratch>>;
let entityDir: string;
let groupDir: string;
let entity: EntityNode;
let group: GroupNode;
let files: readonly GeneratedFile[];

beforeAll(async () => {
  folder = await scratch('kills');
  // The nodes come from a sample group of one earlier month, which is nobody's concern here.
  const made = await buildDemoGroup({
    dir: join(folder.dir, 'demo'),
    months: ['2024-12'],
    entities: ['GB03'],
    rows: 40,
  });
  entityDir = made.entities.GB03 ?? '';
  groupDir = made.group;
  entity = await openEntityNode(entityDir);
  group = await openGroup(groupDir);
  const dir = join(folder.dir, 'bills');
  files = (await generateInput({ dir, months: MONTHS, entities: ['GB03'], rows: 3000 })).files;
});

afterAll(async () => {
  await entity.close();
  await group.close();
  await folder.remove();
});

/** Park and Miller's generator: the same moments in every campaign. */
function moments(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

async function assertWhole(file: GeneratedFile): Promise<void> {
  const { month } = file;
  const { rows: imports } = await listImports(entity);
  const own = imports.filter(({ file: name }) => file.path.endsWith(name));
  expect(own.length).toBeLessThanOrEqual(1);
  for (const row of own) expect(row).toMatchObject({ rows: file.rows });
  const report = await reportFacts(entity, { month, limit: 1 }).catch((error: { code?: string }) => {
    expect(error.code).toBe('NO_RUN');
  });
  if (report !== undefined) expect(report.conservation.equal).toBe(true);
  const published = (await listPublications(entity)).rows.filter(({ period_month: of }) => of === month);
  expect(published.length).toBeLessThanOrEqual(1);
  expect(await verifyViews(group)).toMatchObject({ consistent: true });
  const received = await listReceived(group, { from: month, to: month, all_revisions: true });
  expect(received.length).toBeLessThanOrEqual(1);
}

describe('processes killed at two hundred moments', () => {
  it('lose nothing, double nothing, and end with the figures of the bills', async () => {
    const draw = moments(SEED);
    const length = new Map<string, number>();
    let killed = 0;
    for (const file of files) {
      const bundle = join(entityDir, 'publications', `GB03_${file.month}_r1.zip`);
      const commands = [
        ['entity', 'import', 'focus', file.path, '--dir', entityDir],
        ['entity', 'run', file.month, '--dir', entityDir],
        ['entity', 'publish', file.month, '--dir', entityDir],
        ['group', 'receive', bundle, '--dir', groupDir],
      ];
      for (const words of commands) {
        const name = words.slice(0, 2).join(' ');
        for (let kill = 0; kill < KILLS_EACH; kill += 1) {
          if (await killedAfter((length.get(name) ?? 1000) * (0.3 + 0.7 * draw()), words)) killed += 1;
          await assertWhole(file);
        }
        const before = performance.now();
        await answer(...words);
        length.set(name, performance.now() - before);
      }
      await assertWhole(file);
      const measured = { from: file.month, to: file.month, measure: 'cost_billed' } as const;
      const [row] = (await reportEntities(group, measured)).rows;
      expect(amount(row?.local_cost)).toBe(amount(file.billed_cost));
    }
    console.info(`${killed} processes killed while they worked`);
    expect(killed).toBeGreaterThan(MONTHS.length * KILLS_EACH);
  });
});
