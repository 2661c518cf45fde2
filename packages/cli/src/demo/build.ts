import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { EntityNode } from '@prorata/finops';
import type { GroupNode } from '@prorata/group';
import { writeFileWhole } from '@prorata/platform';
import { openEntityNode } from '../entity/open.ts';
import { withOpened } from '../node/interrupt.ts';
import { cliProblem } from '../problems.ts';
import { type DemoFigures, demoFigures } from './figures.ts';
import { DEMO_SEED, type GeneratedInput, type GenerateOptions, generateInput } from './generate.ts';
import { repairTypos } from './mapping.ts';
import { walkMonth } from './months.ts';
import { takeBooks, takeDataCentre } from './own-inputs.ts';
import { GROUP, SAMPLE_ENTITIES, SAMPLE_MONTHS, type SampleEntity } from './sample-group.ts';
import { inParallel, StepClock, type StepTime } from './steps.ts';

export interface DemoOptions extends GenerateOptions {
  /** Entities at work at the same time; two unless told. */
  readonly width?: number;
  /** Told after each month of each entity. */
  readonly progress?: (done: number, total: number, what: string) => void;
}

/** The sample group as it stands in its folder. */
export interface DemoGroup {
  readonly dir: string;
  /** Folders of the nodes, for `prorata … --dir`. */
  readonly group: string;
  readonly entities: Readonly<Record<string, string>>;
  readonly input: string;
  readonly figures: DemoFigures;
  readonly steps: readonly StepTime[];
  readonly milliseconds: number;
  /** True when the folder held this very group already and nothing was run. */
  readonly reused: boolean;
}

const MARK = 'demo.json';

/**
 * Makes the sample group in a folder: bills, measurements, books, nodes, enrolment, rates, and every month of every entity
 * from the bill to the group. Runs again where it was interrupted; a folder that holds the same group is read and left as it is.
 *
 * @throws Problem `DEMO_FOLDER_TAKEN`, `DEMO_NOT_CONSERVED`, and whatever a node refuses
 */
export async function buildDemoGroup(options: DemoOptions): Promise<DemoGroup> {
  const started = performance.now();
  const { dir } = options;
  const recipe = recipeOf(options);
  const standing = await readMark(dir, recipe);
  if (standing !== undefined)
    return { ...standing, milliseconds: Math.round(performance.now() - started), reused: true };
  await mkdir(dir, { recursive: true });
  await writeFileWhole(join(dir, MARK), `${JSON.stringify({ recipe }, null, 2)}\n`);

  const clock = new StepClock();
  const input = await clock.measure('generate', () => generateInput({ ...options, dir: join(dir, 'input') }));
  const chosen = SAMPLE_ENTITIES.filter(({ code }) => recipe.entities.includes(code));
  options.progress?.(0, input.files.length + input.restated.length, `${chosen.length + 1} nodes`);
  return await withOpened(
    () => openAll(options, chosen, input.rates, clock),
    async ({ group, entities }) => {
      await walkMonths(options, input, group, entities, clock);
      const figures = await clock.measure('figures', () => demoFigures(group, entities, input));
      if (!figures.conserved) throw notConserved(figures);
      const made = describe(dir, recipe.entities, figures, clock.list());
      await writeFileWhole(join(dir, MARK), `${JSON.stringify({ recipe, made }, null, 2)}\n`);
      return { ...made, milliseconds: Math.round(performance.now() - started), reused: false };
    },
  );
}

interface OpenDemo {
  readonly group: GroupNode;
  /** By code, in its order. */
  readonly entities: ReadonlyMap<string, EntityNode>;
  close(): Promise<void>;
}

/** Opens all nodes, making those that are missing; when one of them fails, those that are open are closed. */
async function openAll(
  options: DemoOptions,
  chosen: readonly SampleEntity[],
  rates: string,
  clock: StepClock,
): Promise<OpenDemo> {
  const group = await clock.measure('group', () => openDemoGroup(join(options.dir, 'group'), rates));
  const nodes = new Map<string, EntityNode>();
  const close = async (): Promise<void> => {
    await Promise.all([...nodes.values()].map((node) => node.close()));
    await group.close();
  };
  try {
    await inParallel(chosen, options.width ?? 2, async (entity) => {
      const node = await clock.measure('enrol', () => openDemoEntity(options.dir, entity, group));
      nodes.set(entity.code, node);
    });
  } catch (error) {
    await close();
    throw error;
  }
  return { group, entities: new Map([...nodes].sort(([a], [b]) => (a < b ? -1 : 1))), close };
}

async function walkMonths(
  options: DemoOptions,
  input: GeneratedInput,
  group: GroupNode,
  nodes: ReadonlyMap<string, EntityNode>,
  clock: StepClock,
): Promise<void> {
  const total = input.files.length + input.restated.length;
  let done = 0;
  await inParallel([...nodes], options.width ?? 2, async ([code, entity]) => {
    const dataCentre = input.dataCentres.get(code);
    if (dataCentre !== undefined) await clock.measure('own inputs', () => takeDataCentre(entity, dataCentre));
    const own = [
      ...input.files.map((file) => ({ file, replace: false })),
      ...input.restated.map((file) => ({ file, replace: true })),
    ].filter(({ file }) => file.entity === code);
    for (const { file, replace } of own) {
      options.progress?.(done, total, `${code} ${file.month}${replace ? ' restated' : ''}`);
      await walkMonth({ entity, group, clock }, file, replace);
      done += 1;
    }
    const books = input.books.get(code);
    if (books !== undefined) await clock.measure('ledger', () => takeBooks(entity, books));
  });
  options.progress?.(done, total, '');
}

async function openDemoGroup(dir: string, rates: string): Promise<GroupNode> {
  const { importRates, initGroup, openGroup } = await import('@prorata/group');
  const group = existsSync(join(dir, 'prorata.yaml'))
    ? await openGroup(dir)
    : await initGroup({ dir, tenantCode: GROUP.code, label: GROUP.label, currency: GROUP.currency });
  await importRates(group, { text: await readFile(rates, 'utf8'), name: basename(rates) });
  return group;
}

async function openDemoEntity(dir: string, sample: SampleEntity, group: GroupNode): Promise<EntityNode> {
  const finops = await import('@prorata/finops');
  const { enrolEntity } = await import('@prorata/group');
  const { verifyEnrolment } = await import('@prorata/contract');
  const home = entityFolder(dir, sample.code);
  const { code, label, country, currency } = sample;
  if (!existsSync(join(home, 'prorata.yaml'))) await finops.initEntity({ dir: home, code, label, country, currency });
  await repairTypos(home);
  const entity = await openEntityNode(home);
  try {
    const enrolment = await readFile(join(home, 'enrolment.json'), 'utf8');
    // Both operators are this program: it reads the fingerprint out to itself.
    const { fingerprint } = await verifyEnrolment(enrolment);
    const { path } = await enrolEntity(group, { enrolment, fingerprint });
    await finops.joinGroup(entity, path);
    return entity;
  } catch (error) {
    await entity.close();
    throw error;
  }
}

/** What decides the content of a sample group: two folders with one recipe hold the same figures. */
interface Recipe {
  readonly seed: string;
  readonly rows: number;
  readonly months: readonly string[];
  readonly entities: readonly string[];
}

function recipeOf({ seed = DEMO_SEED, rows = 420, months = SAMPLE_MONTHS, entities }: DemoOptions): Recipe {
  const codes = SAMPLE_ENTITIES.map(({ code }) => code).filter((code) => entities?.includes(code) ?? true);
  return { seed, rows, months: [...months], entities: codes };
}

type Made = Omit<DemoGroup, 'milliseconds' | 'reused'>;

/** @returns the finished group of an earlier run; undefined for a new folder or an interrupted run of the same recipe */
async function readMark(dir: string, recipe: Recipe): Promise<Made | undefined> {
  if (!existsSync(dir) || (await readdir(dir)).length === 0) return undefined;
  const text = await readFile(join(dir, MARK), 'utf8').catch(() => undefined);
  if (text === undefined) throw cliProblem('DEMO_FOLDER_TAKEN', `${dir} is not empty and has no ${MARK}`);
  const mark = JSON.parse(text) as {
    readonly recipe: Recipe;
    readonly made?: Omit<Made, 'dir' | 'group' | 'entities' | 'input'>;
  };
  if (JSON.stringify(mark.recipe) !== JSON.stringify(recipe)) {
    throw cliProblem('DEMO_FOLDER_TAKEN', `${dir} holds a sample group of another size or seed`);
  }
  return mark.made === undefined ? undefined : describe(dir, recipe.entities, mark.made.figures, mark.made.steps);
}

/** The folder may have been moved since: paths are those of now. */
function describe(dir: string, codes: readonly string[], figures: DemoFigures, steps: readonly StepTime[]): Made {
  return {
    dir,
    group: join(dir, 'group'),
    entities: Object.fromEntries(codes.map((code) => [code, entityFolder(dir, code)])),
    input: join(dir, 'input'),
    figures,
    steps,
  };
}

function entityFolder(dir: string, code: string): string {
  return join(dir, 'entities', code);
}

function notConserved(figures: DemoFigures) {
  const wrong = figures.conservation.filter(({ equal }) => !equal);
  const shown = wrong.map(
    ({ entity, measure, imported, facts, group }) => `${entity} ${measure} ${imported} / ${facts} / ${group}`,
  );
  return cliProblem('DEMO_NOT_CONSERVED', shown.join('; '), { rows: wrong });
}
