import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type FactRow, writeBundle } from '@prorata/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyViews } from '../consolidation/verify.ts';
import type { GroupNode } from '../node/group-node.ts';
import { initGroup } from '../node/open-group.ts';
import { fact } from '../testing/facts.ts';
import { bundleOf, enrolMember, type Member } from '../testing/members.ts';

const SCRIPT = fileURLToPath(new URL('../testing/measured-intake.ts', import.meta.url));
const FACTS = Number(process.env.PRORATA_INTAKE_FACTS ?? 1_000_000);
const APPLICATIONS = 3000;
const BATCH = 2000;
/** The rows lie in the workspace, a gibibyte at most with what it spills beyond; 501 MiB were measured for a million facts. */
const MOST_MIB = 768;

let root: string;
let group: GroupNode;
let member: Member;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prorata-memory-'));
  group = await initGroup({ dir: join(root, 'G'), tenantCode: 'ACME', currency: 'EUR' });
  member = await enrolMember(group, 'FR01');
});
afterAll(async () => {
  await group.close();
  await rm(root, { recursive: true, force: true });
});

/** Texts of many applications and products, and nearly every cost another one. */
function* batches(): Generator<FactRow[]> {
  for (let start = 0; start < FACTS; start += BATCH) {
    yield Array.from({ length: Math.min(BATCH, FACTS - start) }, (_, offset) => {
      const index = start + offset;
      return fact({
        application_id: `application-${index % APPLICATIONS}`,
        product_id: `Compute/Virtual machine ${Math.floor(index / APPLICATIONS)}/Hours`,
        cost_effective: `${index}.123456789012345678`,
        cost_billed: `${index}.12`,
      });
    });
  }
}

/** What a small bundle says around its rows, for the large one. */
async function write(out: string): Promise<void> {
  const { manifest } = await bundleOf(group, member);
  const codes = (count: number, code: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => ({ code: code(index), label: code(index), reference_id: null }));
  const products = codes(Math.ceil(FACTS / APPLICATIONS), (index) => `Compute/Virtual machine ${index}/Hours`);
  const applications = codes(Math.min(APPLICATIONS, FACTS), (index) => `application-${index}`);
  const { files: _files, totals: _totals, contract: _contract, ...draft } = manifest;
  await writeBundle({
    manifest: draft,
    facts: batches(),
    prices: [],
    applications: applications.map(({ code, ...named }) => ({ application_id: code, ...named })),
    products: products.map(({ code, ...named }) => ({ product_id: code, ...named })),
    signingKey: member.key.privateJwk,
    out,
  });
}

it(`a bundle of ${FACTS.toLocaleString('en')} facts is taken within ${MOST_MIB} MiB`, async () => {
  const file = join(root, 'FR01_2025-07_r1.zip');
  await write(file);
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, group.dir, file]);
  const measured = JSON.parse(stdout) as { rows: number; before_mib: number; most_mib: number };
  console.log(
    `intake of ${measured.rows} facts: ${measured.most_mib.toFixed(0)} MiB at most, ${measured.before_mib.toFixed(0)} before`,
  );
  expect(measured.rows).toBe(FACTS);
  expect(measured.most_mib).toBeLessThan(MOST_MIB);
  expect(await verifyViews(group)).toMatchObject({ consistent: true });
});
