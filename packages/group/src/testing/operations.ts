import { setTimeout as pause } from 'node:timers/promises';
import { type FactRow, type Manifest, REFUSAL_CODES } from '@prorata/contract';
import { manifestOf } from '@prorata/contract/testing';
import { Problem } from '@prorata/platform';
import { setEntityActivity } from '../enrolment/entities.ts';
import { importRates } from '../exchange/rate-sets.ts';
import { receive } from '../intake/receive.ts';
import { lockMonth, reopenMonth } from '../periods/period-status.ts';
import { importReferences } from '../references/references.ts';
import { fact } from './facts.ts';
import { bundleOf, type Member } from './members.ts';
import { pick, type Random } from './random.ts';
import type { TestGroup } from './test-group.ts';

/** What the group must hold of one entity and month: its last accepted bundle. */
interface Standing {
  readonly revision: number;
  readonly digest: string;
  readonly totals: Manifest['totals'];
}

/** How often something ended in which way: `publish ACCEPTED`, `publish PERIOD_LOCKED`. */
export type Outcomes = Map<string, number>;

/** A group with eight entities and a year, to which anything may happen, and what must be true of it. */
export interface Scene {
  readonly test: TestGroup;
  readonly members: readonly Member[];
  readonly months: readonly string[];
  /** By `entity month`. */
  readonly standing: Map<string, Standing>;
  readonly outcomes: Outcomes;
}

type Operation = (scene: Scene, random: Random) => Promise<void>;

/** What may be answered to a bundle that comes while anything else happens to its month or entity. */
const REFUSALS: ReadonlySet<string> = new Set(['REVISION_CONFLICT', 'PERIOD_LOCKED', 'ENTITY_INACTIVE']);

/** The operations with their weights: half of them publish. */
export const OPERATIONS: ReadonlyArray<readonly [name: string, weight: number, run: Operation]> = [
  ['publish', 55, publish],
  ['damaged', 8, refused],
  ['replay', 6, replay],
  ['crash', 6, crash],
  ['lock', 7, lock],
  ['reopen', 7, reopen],
  ['rates', 3, rates],
  ['references', 4, references],
  ['activity', 4, activity],
];

/** One operation, drawn by its weight. */
export async function operate(scene: Scene, random: Random): Promise<void> {
  let left = random(OPERATIONS.reduce((sum, [, weight]) => sum + weight, 0));
  for (const [, weight, run] of OPERATIONS) {
    left -= weight;
    if (left < 0) return await run(scene, random);
  }
}

function note({ outcomes }: Scene, what: string): void {
  outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
}

/** Takes the code of a problem that is allowed; anything else ends the campaign. */
function allowed(error: unknown, codes: ReadonlySet<string>): string {
  if (error instanceof Problem && codes.has(error.code)) return error.code;
  throw error;
}

const AMOUNTS = ['0', '1', '0.1', '-3.5', '12.345678901234567891', '99999999.999999999999999999', null] as const;

/** Up to forty facts of different grains, in two currencies. */
function someFacts(random: Random): FactRow[] {
  const rows = new Map<string, FactRow>();
  for (let count = 1 + random(40); count > 0; count -= 1) {
    const row = fact({
      application_id: pick(random, ['billing', 'payroll', 'UNALLOCATED', 'Été']),
      domain_id: pick(random, ['Compute', 'Storage', 'Networking']),
      product_id: pick(random, ['VM', 'Disk', 'TAX', null]),
      environment: pick(random, ['prod', 'non_prod', 'unknown', 'n_a'] as const),
      consumption_type: pick(random, ['DIRECT', 'INDIRECT'] as const),
      currency: pick(random, ['EUR', 'USD']),
    });
    const costs = { cost_effective: pick(random, AMOUNTS), cost_billed: pick(random, AMOUNTS) };
    // The shares of what is indirect add up to one, so one application bears all of it.
    const indirect = row.consumption_type === 'INDIRECT';
    const shared = indirect ? { product_id: `SHARED:${row.product_id}`, unit: 'share', quantity: '1' } : {};
    const grain = JSON.stringify(indirect ? [shared, row.environment, row.currency] : row);
    rows.set(grain, { ...row, ...costs, ...shared });
  }
  return [...rows.values()];
}

async function nextBundle(scene: Scene, random: Random) {
  const member = pick(random, scene.members);
  const month = pick(random, scene.months);
  const head = scene.standing.get(`${member.code} ${month}`);
  const bundle = await bundleOf(scene.test.group, member, {
    month,
    revision: (head?.revision ?? 0) + 1,
    supersedes: head?.digest ?? null,
    facts: someFacts(random),
    manifest: { status: pick(random, ['OPEN', 'CLOSED'] as const) },
  });
  return { member, month, bundle };
}

/** Takes a bundle and remembers what the group says about it. Two of one slice may come at once: one of them goes first. */
async function take(scene: Scene, bytes: Buffer): Promise<string> {
  const receipt = await receive(scene.test.group, { file: bytes });
  const key = `${receipt.entity} ${receipt.period_month}`;
  const known = scene.standing.get(key);
  if (known === undefined || known.revision < receipt.revision) {
    const { totals } = await manifestOf(bytes);
    scene.standing.set(key, { revision: receipt.revision, digest: receipt.manifest_digest, totals });
  }
  return receipt.replayed ? 'REPLAYED' : 'ACCEPTED';
}

/** 57P01: the server ended the connection, as `crash` asks it to. */
function isCutOff(error: unknown): boolean {
  return (
    error instanceof Error &&
    (('code' in error && error.code === '57P01') ||
      /terminat|connection|queryable|EPIPE|ECONNRESET/i.test(error.message))
  );
}

/** Sends until there is an answer: a crash beside it may cut it off, and sending again is harmless. */
async function answer(scene: Scene, bytes: Buffer, codes = REFUSALS): Promise<string> {
  for (;;) {
    try {
      return await take(scene, bytes);
    } catch (error) {
      if (!isCutOff(error)) return allowed(error, codes);
      note(scene, 'CUT OFF');
    }
  }
}

async function publish(scene: Scene, random: Random): Promise<void> {
  const { bundle } = await nextBundle(scene, random);
  note(scene, `publish ${await answer(scene, bundle.bytes)}`);
}

const DAMAGE: ReadonlySet<string> = new Set(REFUSAL_CODES);

/** A bundle that somebody damaged on its way. */
async function refused(scene: Scene, random: Random): Promise<void> {
  const { bundle } = await nextBundle(scene, random);
  const bytes = Buffer.from(bundle.bytes);
  const at = random(bytes.length);
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random(8)), at);
  const outcome = await answer(scene, bytes, DAMAGE);
  if (!DAMAGE.has(outcome)) throw new Error(`a damaged bundle: ${outcome}`);
  note(scene, `damaged ${outcome}`);
}

/** The same bundle three times at once. */
async function replay(scene: Scene, random: Random): Promise<void> {
  const { bundle } = await nextBundle(scene, random);
  const answers = await Promise.all([1, 2, 3].map(() => answer(scene, bundle.bytes)));
  if (answers.filter((one) => one === 'ACCEPTED').length > 1) throw new Error('one bundle was accepted twice');
  for (const one of answers) note(scene, `replay ${one}`);
}

const CUT_OFF = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
   WHERE datname = current_database() AND usename LIKE 'prorata_intake%' AND state <> 'idle'`;

/** The database cuts off every intake that is under way, again and again; all that were cut off send again. */
async function crash(scene: Scene, random: Random): Promise<void> {
  const { bundle } = await nextBundle(scene, random);
  const sent = answer(scene, bundle.bytes);
  for (let times = 1 + random(5); times > 0; times -= 1) {
    await pause(random(250));
    await scene.test.admin(CUT_OFF);
  }
  note(scene, `crash ${await sent}`);
}

const STATES: ReadonlySet<string> = new Set(['PERIOD_STATE_UNCHANGED', 'PERIOD_INCOMPLETE']);

async function lock(scene: Scene, random: Random): Promise<void> {
  const month = pick(random, scene.months);
  const reason = random(2) === 0 ? {} : { reason: 'the campaign says so' };
  const outcome = await lockMonth(scene.test.group, { month, ...reason }).then(
    () => 'LOCKED',
    (error: unknown) => allowed(error, STATES),
  );
  note(scene, `lock ${outcome}`);
}

async function reopen(scene: Scene, random: Random): Promise<void> {
  // Most locked months are opened again soon, so that the campaign goes on.
  for (const month of [pick(random, scene.months), pick(random, scene.months), pick(random, scene.months)]) {
    const outcome = await reopenMonth(scene.test.group, { month, reason: 'a correction' }).then(
      () => 'OPEN',
      (error: unknown) => allowed(error, STATES),
    );
    note(scene, `reopen ${outcome}`);
  }
}

async function rates(scene: Scene, random: Random): Promise<void> {
  const lines = scene.months.map((month) => `${month}-15,1.${String(random(1000)).padStart(3, '0')},`).reverse();
  const { rate_set } = await importRates(scene.test.group, {
    text: `Date,USD,\n${lines.join('\n')}\n`,
    name: 'rates.csv',
  });
  note(scene, rate_set > 1 ? 'rates AGAIN' : 'rates FIRST');
}

async function references(scene: Scene, random: Random): Promise<void> {
  const domains = ['Compute', 'Storage', 'Networking', `Extra ${random(5)}`].map((code) => ({
    code,
    label: `${code} ${random(3)}`,
  }));
  const products = [{ code: 'VM', domain: pick(random, ['Compute', 'Storage']), unit: 'Hours', label: 'VM' }];
  const text = JSON.stringify({ domains, products });
  const { changed } = await importReferences(scene.test.group, { text, name: 'references.json' });
  note(scene, `references ${changed ? 'CHANGED' : 'SAME'}`);
}

async function activity(scene: Scene, random: Random): Promise<void> {
  const { code: entity } = pick(random, scene.members);
  const last = random(3) === 0 ? pick(random, scene.months) : null;
  await setEntityActivity(scene.test.group, { entity, active_from: null, active_to: last });
  note(scene, last === null ? 'activity ACTIVE' : 'activity ENDED');
}
