import {
  createEnrolment,
  type FactRow,
  fingerprint,
  generateSigningKey,
  type ManifestDraft,
  type SigningKey,
} from '@prorata/contract';
import { type SampleBundle, type SampleOptions, sampleBundle } from '@prorata/contract/testing';
import { enrolEntity } from '../enrolment/enrol.ts';
import type { GroupNode } from '../node/group-node.ts';
import { fact } from './facts.ts';

/** An enrolled entity that can sign bundles. */
export interface Member {
  readonly code: string;
  readonly legalEntityId: string;
  readonly key: SigningKey;
}

/** Enrols an entity with a key of its own, as its operator and the group's would. */
export async function enrolMember(group: GroupNode, code: string, currency = 'EUR'): Promise<Member> {
  const key = generateSigningKey();
  const enrolment = await createEnrolment({
    entity: { code, label: `${code} Ltd`, country: code.slice(0, 2), currency },
    deployment: group.config.deployment,
    privateJwk: key.privateJwk,
  });
  const enrolled = await enrolEntity(group, { enrolment, fingerprint: fingerprint(key.publicJwk) });
  return { code, legalEntityId: enrolled.legal_entity_id, key };
}

export interface BundleOptions {
  readonly month?: string;
  readonly revision?: number;
  readonly supersedes?: string | null;
  readonly facts?: readonly FactRow[];
  readonly manifest?: Partial<ManifestDraft>;
  readonly sample?: Partial<SampleOptions>;
}

/** A bundle of a member for July 2025, revision 1, two facts, unless told. */
export async function bundleOf(group: GroupNode, member: Member, of: BundleOptions = {}): Promise<SampleBundle> {
  const { tenant, deployment } = group.config;
  const period_month = of.month ?? '2025-07';
  const facts = of.facts ?? [
    fact(),
    fact({ application_id: 'payroll', domain_id: 'Storage', product_id: null, unit: 'none' }),
  ];
  return await sampleBundle({
    key: member.key,
    facts: facts.map((row) => ({ ...row, entity_id: member.code, period_month })),
    prices: [],
    manifest: {
      tenant: { id: tenant.id, code: tenant.code },
      entity: { id: member.legalEntityId, code: member.code },
      deployment,
      period_month,
      revision: of.revision ?? 1,
      supersedes: of.supersedes ?? null,
      pricing_view: null,
      ...of.manifest,
    },
    ...of.sample,
  });
}
