import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createEnrolment,
  type FactRow,
  fingerprint,
  generateSigningKey,
  type IndirectRule,
  type SigningKey,
} from '@prorata/contract';
import { applicationsOf, productsOf, sampleBundle, sampleRule } from '@prorata/contract/testing';
import {
  buildGroupApp,
  dashboardPages,
  enrolEntity,
  type GroupNode,
  importRates,
  initGroup,
  receive,
} from '@prorata/group';
import { listen, openIssuer, signInCodes, type TenantClaims, uuidv7 } from '@prorata/platform';
import {
  ratesFile,
  SAMPLE_ENTITIES,
  SAMPLE_MONTHS,
  type SampleEntity,
  type SampleMonth,
  sampleFactsOf,
} from './sample-facts.ts';

/** Where the built dashboard lies: beside its sources, unless another build is to be tried. */
export const PAGES =
  process.env.PRORATA_PAGES ?? fileURLToPath(new URL('../../packages/dashboard/dist/', import.meta.url));

/** A group node that answers on this machine, with the pages, and the ways in. */
export interface SampleNode {
  readonly url: string;
  readonly group: GroupNode;
  /** An access token; readers may read, anybody else is refused. */
  token(roles?: readonly string[]): Promise<string>;
  /** A link that signs in once. */
  link(): string;
  /** Hands in the next revision of a month of an entity, as its node would; rejects with what the group refuses it for. */
  restate(code: string, month: SampleMonth): Promise<void>;
  close(): Promise<void>;
}

/** Founds a group, enrols its entities, receives their signed bundles, and serves the dashboard: all real, on a free port. */
export async function openSampleNode(): Promise<SampleNode> {
  if (!existsSync(join(PAGES, 'index.html'))) throw new Error('the dashboard is not built: npm run build');
  const dir = await mkdtemp(join(tmpdir(), 'prorata-browser-'));
  const init = { dir: join(dir, 'group'), tenantCode: 'BOREAL', label: 'Boreal', currency: 'EUR' } as const;
  const group = await initGroup({ ...init, deployment: 'test' });
  try {
    await importRates(group, { text: ratesFile(), name: 'rates.csv' });
    const members = await Promise.all(SAMPLE_ENTITIES.map((entity) => publishYear(group, entity)));
    const codes = signInCodes();
    const app = await buildGroupApp(group, { codes, pages: dashboardPages(PAGES), log: false });
    const issuer = await openIssuer({ dir: group.dir, nodeId: group.config.node_id });
    const { url, stop } = await listen(app, { port: 0 });
    return {
      url,
      group,
      token: (roles = ['group.reader']) => issuer.issueToken(claimsOf(group, roles)),
      link: () => `${url}/sign-in?code=${codes.create(claimsOf(group, ['group.reader']))}`,
      async restate(code, month) {
        const member = members.find((one) => one.entity.code === code);
        const supersedes = member?.last.get(month);
        if (member === undefined || supersedes === undefined) throw new Error(`${code} ${month} was not published`);
        const { entity, id, key } = member;
        const facts = sampleFactsOf(entity, month, true);
        await publish(group, { id, code, key, month, facts, revision: 2, supersedes });
      },
      async close() {
        await stop();
        await group.close();
        await rm(dir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await group.close();
    throw error;
  }
}

function claimsOf(group: GroupNode, roles: readonly string[]): TenantClaims {
  return {
    tenant_id: group.config.tenant.id,
    tenant_mode: 'POOLED',
    tenant_label: group.config.tenant.label,
    country_code: 'FR',
    locale: 'en',
    supported_locales: ['en', 'fr'],
    billing_status: 'ACTIVE',
    enabled_modules: ['FINOPS_GROUP'],
    roles: [...roles],
    user_id: uuidv7(),
    deployment: group.config.deployment,
  };
}

/** An entity with what it signs by, and the digest of its first publication of each month. */
interface Publisher {
  readonly entity: SampleEntity;
  readonly id: string;
  readonly key: SigningKey;
  readonly last: ReadonlyMap<string, string>;
}

/** Enrols the entity and hands in its months; the first entity restates its first month. */
async function publishYear(group: GroupNode, entity: SampleEntity): Promise<Publisher> {
  const key = generateSigningKey();
  const { code, label, country, currency } = entity;
  const enrolment = await createEnrolment({
    entity: { code, label, country, currency },
    deployment: group.config.deployment,
    privateJwk: key.privateJwk,
  });
  const { legal_entity_id: id } = await enrolEntity(group, { enrolment, fingerprint: fingerprint(key.publicJwk) });
  const last = new Map<string, string>();
  for (const [index, month] of SAMPLE_MONTHS.entries()) {
    if (entity.misses === month) continue;
    const facts = sampleFactsOf(entity, month);
    const first = await publish(group, { id, code, key, month, facts, revision: 1, supersedes: null });
    last.set(month, first);
    if (index > 0 || entity !== SAMPLE_ENTITIES[0]) continue;
    const restated = sampleFactsOf(entity, month, true);
    await publish(group, { id, code, key, month, facts: restated, revision: 2, supersedes: first });
  }
  return { entity, id, key, last };
}

interface Publication {
  readonly id: string;
  readonly code: string;
  readonly key: SigningKey;
  readonly month: string;
  readonly facts: readonly FactRow[];
  readonly revision: number;
  readonly supersedes: string | null;
}

/** The rule by which the shop bears all of the backup; the second revision tells a later version of it. */
function ruleOf({ month, revision }: Publication): IndirectRule {
  return sampleRule({
    code: 'backup',
    label: 'Backup by head count',
    version: revision,
    driver_month: month,
    products: [{ product_id: 'Backup', environments: ['prod'], sources: [{ kind: 'POOL', code: 'backup' }] }],
  });
}

async function publish(group: GroupNode, of: Publication): Promise<string> {
  const { tenant, deployment } = group.config;
  const bundle = await sampleBundle({
    key: of.key,
    facts: of.facts,
    prices: [],
    applications: applicationsOf(of.facts).map((row) => ({ ...row, label: row.application_id })),
    products: productsOf(of.facts).map((row) => ({ ...row, label: row.product_id })),
    manifest: {
      tenant: { id: tenant.id, code: tenant.code },
      entity: { id: of.id, code: of.code },
      deployment,
      period_month: of.month,
      revision: of.revision,
      supersedes: of.supersedes,
      status: of.month < '2025-03' ? 'CLOSED' : 'OPEN',
      pricing_view: null,
      ...(of.code === SAMPLE_ENTITIES[0].code ? { indirect_rules: [ruleOf(of)] } : {}),
    },
  });
  await receive(group, { file: bundle.bytes, name: bundle.fileName });
  return bundle.manifestDigest;
}
