import { readFile } from 'node:fs/promises';
import { type FactRow, verifyBundle } from '@prorata/contract';
import { sampleBundle } from '@prorata/contract/testing';
import { receive } from '../src/intake/receive.ts';
import { importReferences } from '../src/references/references.ts';
import { enrolMember } from '../src/testing/members.ts';
import { openTestGroup, type TestGroup } from '../src/testing/test-group.ts';
import { type BenchResult, milliseconds } from './figures.ts';

const APPLICATIONS = 1000;
const PRODUCTS = 50;
const ENVIRONMENTS = ['prod', 'non_prod'] as const;
const FACTS = APPLICATIONS * PRODUCTS * ENVIRONMENTS.length;
const ROUNDS = 5;

/**
 * Intake of a bundle of 100 000 facts, from the file to the views, against COPY of the same rows as text that is ready, into a
 * table with the same columns and index. Same server, same connection, rounds in turn, the best of each.
 */
export async function run(): Promise<BenchResult[]> {
  const test = await openTestGroup();
  try {
    const bundles = await prepare(test);
    const intakes: Took[] = [];
    const copies: Took[] = [];
    for (const { bytes, text } of bundles) {
      copies.push(await took(test, () => copyAlone(test, text)));
      intakes.push(await took(test, () => receive(test.group, { file: bytes })));
    }
    // The round that other work of the machine disturbed least, of each.
    const rate = (of: readonly Took[]) => (FACTS / Math.min(...of.map(({ ms }) => ms))) * 1000;
    const [intake, copy] = [rate(intakes), rate(copies)];
    return [
      {
        name: 'intake of a bundle of 100 000 facts: verify, check, store, consolidate',
        value: intake,
        unit: 'facts/s',
        floor: { name: 'COPY into the same indexed table', value: copy, unit: 'rows/s' },
        ratio: intake / copy,
        note: `best of ${ROUNDS}, in turn; reach: 0.5. Processor time, least of each: ${used(intakes)}; floor: ${used(copies)}`,
      },
    ];
  } finally {
    await test.close();
  }
}

/** Milliseconds by the clock, and of processor time, which other work on the machine changes less. */
interface Took {
  readonly ms: number;
  readonly node: number;
  readonly server: number;
}

async function took(test: TestGroup, work: () => Promise<unknown>): Promise<Took> {
  const pid = await sessionOfIntakes(test);
  const [before, cpu] = [await usedBy(pid), process.cpuUsage()];
  const ms = await milliseconds(work);
  const { user, system } = process.cpuUsage(cpu);
  return { ms, node: (user + system) / 1000, server: (await usedBy(pid)) - before };
}

function used(of: readonly Took[]): string {
  const least = (part: 'node' | 'server') => Math.round(Math.min(...of.map((one) => one[part])));
  return `${least('node')} ms Node, ${least('server')} ms PostgreSQL`;
}

/** One session takes all intakes here, because they come one after the other. */
async function sessionOfIntakes({ group }: TestGroup): Promise<number> {
  const sql = 'SELECT pg_backend_pid() AS pid';
  const [session] = await group.db.transaction(group.scope, (tx) => tx.query<{ pid: number }>(sql), { role: 'intake' });
  return session?.pid ?? 0;
}

/** Processor milliseconds of a session by now, where the system tells (Linux: clock ticks of 10 ms, in fields 14 and 15). */
async function usedBy(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}

async function prepare(test: TestGroup): Promise<{ bytes: Buffer; text: Uint8Array[] }[]> {
  const domains = Array.from({ length: 19 }, (_, index) => ({ code: `Domain ${index}`, label: `Domain ${index}` }));
  await importReferences(test.group, { text: JSON.stringify({ domains }), name: 'domains.json' });
  await test.admin('CREATE TABLE floor_facts (LIKE fact_consumption_group INCLUDING ALL)');
  await test.admin('GRANT SELECT, INSERT ON floor_facts TO prorata_intake');
  const member = await enrolMember(test.group, 'FR01');
  const prepared: { bytes: Buffer; text: Uint8Array[] }[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const period_month = `2025-0${round}`;
    const { tenant, deployment } = test.group.config;
    const sample = await sampleBundle({
      key: member.key,
      facts: facts(period_month),
      prices: [],
      manifest: {
        tenant: { id: tenant.id, code: tenant.code },
        entity: { id: member.legalEntityId, code: 'FR01' },
        deployment,
        period_month,
        pricing_view: null,
      },
    });
    prepared.push({ bytes: sample.bytes, text: await copyText(sample.bytes, sample.trust, tenant.id) });
  }
  return prepared;
}

/** An entity of the size that spec 04 names: a thousand applications, fifty products each, in two environments. */
function facts(period_month: string): FactRow[] {
  return Array.from({ length: FACTS }, (_, index) => {
    const product = Math.floor(index / 2) % PRODUCTS;
    const cents = String((index * 7919) % 1_000_003).padStart(3, '0');
    const cost = `${cents.slice(0, -2)}.${cents.slice(-2)}`;
    return {
      period_month,
      entity_id: 'FR01',
      application_id: `app-${Math.floor(index / 2 / PRODUCTS)}`,
      domain_id: `Domain ${product % 19}`,
      family_id: product % 3 === 0 ? null : `Family ${product % 7}`,
      product_id: `Compute/Virtual machine ${product}/Hours`,
      unit: 'Hours',
      environment: ENVIRONMENTS[index % 2] ?? 'prod',
      consumption_type: 'DIRECT',
      currency: 'EUR',
      quantity: `${index}.123456789`,
      cost_effective: `${cost}1234567890123456`,
      cost_billed: cost,
      cost_standard: index % 5 === 0 ? null : `${index}.5`,
    };
  });
}

async function copyText(
  bytes: Buffer,
  trust: Parameters<typeof verifyBundle>[1],
  tenant: string,
): Promise<Uint8Array[]> {
  await using bundle = await verifyBundle(bytes, trust);
  return await Array.fromAsync(bundle.copyText({ prefix: [tenant] }));
}

async function copyAlone(test: TestGroup, text: readonly Uint8Array[]): Promise<void> {
  const columns = `tenant_id, period_month, entity_id, application_id, domain_id, family_id, product_id, unit, environment,
    consumption_type, currency, quantity, cost_effective, cost_billed, cost_standard`;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* text;
  }
  await test.group.db.transaction(
    test.group.scope,
    (tx) => tx.copyFrom(`COPY floor_facts (${columns}) FROM STDIN`, chunks()),
    {
      role: 'intake',
    },
  );
}
