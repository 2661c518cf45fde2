import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFileName } from '../format/contract.ts';
import type { IndirectRule } from '../format/indirect-rules.ts';
import type { ManifestDraft } from '../format/manifest.ts';
import type { ApplicationRow, FactRow, PriceRow, ProductRow } from '../format/rows.ts';
import type { BundleTrust } from '../reading/verify-bundle.ts';
import { generateSigningKey, type SigningKey } from '../trust/keys.ts';
import { type WrittenBundle, writeBundle } from '../writing/write-bundle.ts';

/** What a sample differs in from the usual one: FR01, July 2025, revision 1, open, a handful of facts. */
export interface SampleOptions {
  readonly manifest?: Partial<ManifestDraft>;
  readonly facts?: readonly FactRow[];
  readonly prices?: readonly PriceRow[];
  readonly applications?: readonly ApplicationRow[];
  readonly products?: readonly ProductRow[];
  readonly key?: SigningKey;
}

/** A valid bundle in memory, the key that signed it, and a trust that takes it. */
export interface SampleBundle extends Omit<WrittenBundle, 'path' | 'bytes'> {
  readonly fileName: string;
  readonly bytes: Buffer;
  readonly key: SigningKey;
  readonly trust: BundleTrust;
}

export const SAMPLE_TENANT = { id: '018f3a2e-0000-7000-8000-00000000000a', code: 'ACME' };

/** The manifest of a sample before writing; `of` overrides. */
export function sampleManifest(of: Partial<ManifestDraft> = {}): ManifestDraft {
  return {
    tenant: SAMPLE_TENANT,
    entity: { id: '018f3a2e-0000-7000-8000-0000000000f1', code: 'FR01' },
    deployment: 'prod',
    period_month: '2025-07',
    revision: 1,
    supersedes: null,
    status: 'OPEN',
    created_at: '2025-08-02T08:00:00.000Z',
    references: { domains: '1' },
    pricing_view: { code: 'STANDARD', version: 1 },
    audit: { head_hash: 'ab'.repeat(32), count: 12 },
    ...of,
  };
}

/** One fact; `of` overrides. */
export function sampleFact(of: Partial<FactRow> = {}): FactRow {
  return {
    period_month: '2025-07',
    entity_id: 'FR01',
    application_id: 'Billing',
    domain_id: 'Compute',
    family_id: null,
    product_id: 'VM',
    unit: 'Hours',
    environment: 'prod',
    consumption_type: 'DIRECT',
    currency: 'EUR',
    quantity: '10.5',
    cost_effective: '12.345678901234567891',
    cost_billed: '13.5',
    cost_standard: '10.5',
    ...of,
  };
}

/** Facts of every kind: direct and indirect, two currencies, absent measures, a credit. */
export function sampleFacts(of: Partial<FactRow> = {}): FactRow[] {
  const share = {
    consumption_type: 'INDIRECT',
    domain_id: 'Storage',
    product_id: 'SHARED:disk:Storage',
    unit: 'share',
  } as const;
  return [
    sampleFact(of),
    sampleFact({ application_id: 'Payroll', environment: 'non_prod', cost_standard: null, ...of }),
    sampleFact({
      application_id: 'UNALLOCATED',
      product_id: null,
      unit: 'none',
      environment: 'n_a',
      cost_effective: '-3.25',
      ...of,
    }),
    sampleFact({
      currency: 'USD',
      family_id: 'Virtual',
      cost_effective: null,
      cost_billed: '0.000000000000000001',
      ...of,
    }),
    sampleFact({ ...share, quantity: '0.333333333333', cost_effective: '1', cost_standard: null, ...of }),
    sampleFact({
      ...share,
      application_id: 'Payroll',
      quantity: '0.666666666667',
      cost_effective: '2',
      cost_standard: null,
      ...of,
    }),
  ];
}

/** The rule behind the shares of `sampleFacts`: a pool spread by a driver; `of` overrides. */
export function sampleRule(of: Partial<IndirectRule> = {}): IndirectRule {
  return {
    code: 'disk',
    version: 2,
    label: 'Shared disks',
    base: 'driver',
    driver: 'head count',
    driver_month: '2025-07',
    weights: [{ currency: 'EUR', total: '480' }],
    products: [
      { product_id: 'SHARED:disk:Storage', environments: ['prod'], sources: [{ kind: 'POOL', code: 'disk' }] },
    ],
    ...of,
  };
}

/** `count` direct facts with distinct grains and costs of 18 decimals, made in batches of 10 000; the same each time. */
export function* generatedFacts(count: number, of: Partial<FactRow> = {}): Generator<FactRow[]> {
  for (let start = 0; start < count; start += 10_000) {
    const length = Math.min(10_000, count - start);
    yield Array.from({ length }, (_, index) => generatedFact(start + index, of));
  }
}

/** Applications and products that `generatedFacts(count)` names. */
export function generatedDimensions(count: number): { applications: ApplicationRow[]; products: ProductRow[] } {
  const applications = Array.from({ length: Math.min(800, count) }, (_, index) => `app-${index}`);
  const products = Array.from(
    { length: Math.ceil(count / 800) },
    (_, index) => `Compute|Virtual machine|${index}|Hours`,
  );
  return {
    applications: applications.map((code) => ({ application_id: code, label: code, reference_id: null })),
    products: products.map((code) => ({ product_id: code, label: code, reference_id: null })),
  };
}

function generatedFact(index: number, of: Partial<FactRow>): FactRow {
  const product = Math.floor(index / 800);
  const cents = String((index * 7919) % 1_000_003).padStart(3, '0');
  const cost = `${cents.slice(0, -2)}.${cents.slice(-2)}`;
  return sampleFact({
    application_id: `app-${index % 800}`,
    domain_id: `Domain ${product % 19}`,
    family_id: product % 3 === 0 ? null : `Family ${product % 7}`,
    product_id: `Compute|Virtual machine|${product}|Hours`,
    environment: index % 2 === 0 ? 'prod' : 'non_prod',
    quantity: `${index}.123456789`,
    cost_effective: `${cost}1234567890123456`,
    cost_billed: cost,
    cost_standard: index % 5 === 0 ? null : `${index}.5`,
    ...of,
  });
}

/** Writes a valid bundle and reads it back into memory; nothing stays on disk. */
export async function sampleBundle(of: SampleOptions = {}): Promise<SampleBundle> {
  const key = of.key ?? generateSigningKey();
  const manifest = sampleManifest(of.manifest);
  const facts = of.facts ?? sampleFacts({ entity_id: manifest.entity.code, period_month: manifest.period_month });
  const folder = await mkdtemp(join(tmpdir(), 'prorata-sample-'));
  try {
    const fileName = bundleFileName({ ...manifest, entity: manifest.entity.code });
    const {
      path,
      bytes: _,
      ...written
    } = await writeBundle({
      manifest,
      facts: [facts],
      prices: of.prices ?? pricesFor(manifest, facts),
      applications: of.applications ?? applicationsOf(facts),
      products: of.products ?? productsOf(facts),
      signingKey: key.privateJwk,
      out: join(folder, fileName),
    });
    return { ...written, fileName, bytes: await readFile(path), key, trust: sampleTrust(manifest, key) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A trust that takes bundles of the manifest's entity signed with `key`. */
export function sampleTrust(
  manifest: Pick<ManifestDraft, 'tenant' | 'entity' | 'deployment'>,
  key: SigningKey,
): BundleTrust {
  return {
    resolveKey: (kid) => (kid === key.kid ? { publicJwk: key.publicJwk, entityCode: manifest.entity.code } : null),
    tenantId: manifest.tenant.id,
    entityCode: manifest.entity.code,
    deployment: manifest.deployment,
  };
}

/** Every application that the facts name. */
export function applicationsOf(facts: readonly FactRow[]): ApplicationRow[] {
  const codes = [...new Set(facts.map((fact) => fact.application_id))];
  return codes.map((code) => ({ application_id: code, label: `${code} (label)`, reference_id: null }));
}

/** Every product that the facts name. */
export function productsOf(facts: readonly FactRow[]): ProductRow[] {
  const codes = new Set(facts.flatMap((fact) => (fact.product_id === null ? [] : [fact.product_id])));
  return [...codes].map((code) => ({ product_id: code, label: `${code} (label)`, reference_id: null }));
}

function pricesFor({ pricing_view }: ManifestDraft, facts: readonly FactRow[]): PriceRow[] {
  if (pricing_view === null) return [];
  return productsOf(facts).map(({ product_id }) => ({
    product_id,
    unit: 'Hours',
    unit_price: '1',
    currency: 'EUR',
    view_code: pricing_view.code,
    view_version: pricing_view.version,
  }));
}
