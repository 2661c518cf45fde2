import { basename } from 'node:path';
import {
  BUNDLE_LIMITS,
  type BundleLimits,
  BundleRefused,
  type Manifest,
  type VerifiedBundle,
  verifyBundle,
} from '@prorata/contract';
import { firstDayOf, type RequestContext, shiftMonth } from '@prorata/platform';
import { type EntityKey, findKey } from '../enrolment/keys.ts';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { acceptedVersions } from '../policy/contract-versions.ts';
import { policyIn } from '../policy/policy.ts';
import { type Admitted, AlreadyAccepted, acceptBundle, type Receipt } from './accept.ts';
import { coverageOf } from './coverage.ts';
import { keepRefused, type Origin, type Signed, settleTaken } from './quarantine.ts';
import { countUnmapped, unknownDomains, unknownProducts } from './references-check.ts';
import { problemOfRefusal } from './refusals.ts';
import { bundleSlot } from './slots.ts';
import { type BundleSource, type Spooled, spool } from './spool.ts';

export interface ReceiveInput {
  /** A path, the bytes, or a stream of them. */
  readonly file: BundleSource;
  /** What to call the file in reports; its base name where a path is given. */
  readonly name?: string;
  /** The entity that the transport names: the token's, or the owner of a watched folder. */
  readonly entity?: string;
  /** What the address said that the bundle is; it has to be that. */
  readonly expected?: { readonly period_month: string; readonly revision: number };
  readonly limits?: Partial<BundleLimits>;
  /** By which way it came; FILE unless told. */
  readonly origin?: Origin;
}

export interface Received extends Receipt {
  /** True when the bundle stood already: the answer is the first one, and nothing was changed. */
  readonly replayed: boolean;
  readonly file: string;
}

/**
 * Takes a bundle through the whole intake (contract, "Intake"): all checks in their order, then all of it or nothing. A refusal is
 * logged with its report, kept in the quarantine, and changes nothing else.
 *
 * @throws Problem with the code of the refusal and `violations`, or `BUNDLE_UNREADABLE`
 */
export async function receive(
  group: GroupNode,
  input: ReceiveInput,
  options: { context?: RequestContext } = {},
): Promise<Received> {
  const context = options.context ?? operatorContext(group);
  const name = input.name ?? (typeof input.file === 'string' ? basename(input.file) : 'bundle.zip');
  const spooled = await spool(group.dir, input.file, input.limits?.archiveBytes ?? BUNDLE_LIMITS.archiveBytes);
  const found: Found = {};
  try {
    return { ...(await bundleSlot(() => admit(group, context, input, spooled, found), input.entity)), file: name };
  } catch (error) {
    if (!(error instanceof BundleRefused)) throw error;
    await keepRefused(group, context, {
      error,
      name,
      spooled,
      entity: input.entity ?? null,
      origin: input.origin ?? 'FILE',
      signed: found.signed,
    });
    throw problemOfRefusal(error, name);
  } finally {
    await spooled.remove();
  }
}

/** What is known of a bundle by the time at which it is refused. */
interface Found {
  key?: EntityKey | null;
  /** Only of a manifest whose signature was verified. */
  signed?: Signed | undefined;
}

async function admit(
  group: GroupNode,
  context: RequestContext,
  input: ReceiveInput,
  spooled: Spooled,
  found: Found,
): Promise<Receipt & { replayed: boolean }> {
  const receivedAt = new Date().toISOString();
  const { accepted, policy } = await group.db.transaction(
    group.scope,
    async (tx) => ({ accepted: await acceptedVersions(tx), policy: await policyIn(tx) }),
    { role: 'reader', readOnly: true },
  );
  const bundle = await verifyBundle(spooled.path, {
    resolveKey: async (kid) => {
      found.key = await findKey(group, kid);
      return found.key;
    },
    tenantId: group.scope.tenantId,
    ...(input.entity === undefined ? {} : { entityCode: input.entity }),
    deployment: group.config.deployment,
    receivedAt,
    ...(input.limits === undefined ? {} : { limits: input.limits }),
    temporaryFolder: spooled.folder,
    acceptedVersions: accepted,
    references: async (use) => {
      found.signed = signedBy(use.manifest, null);
      const domains = await unknownDomains(group, use);
      return policy.unknown_product === 'REFUSE' ? [...domains, ...(await unknownProducts(group, use))] : domains;
    },
  });
  found.signed = signedBy(bundle.manifest, bundle.manifestDigest);
  try {
    refuseOtherAddress(bundle, input);
    refuseImpossibleMonth(bundle.manifest, receivedAt);
    return await store(group, context, bundle, {
      path: spooled.path,
      sha256: spooled.sha256,
      receivedAt,
      legalEntityId: found.key?.legalEntityId ?? '',
    });
  } finally {
    await bundle.close();
  }
}

async function store(
  group: GroupNode,
  context: RequestContext,
  bundle: VerifiedBundle,
  from: { path: string; sha256: string; receivedAt: string; legalEntityId: string },
): Promise<Receipt & { replayed: boolean }> {
  const { entity, period_month: period, revision } = bundle.manifest;
  const slice = { tenantId: group.scope.tenantId, entityId: entity.code, month: firstDayOf(period) };
  const [applications, products, prices] = [
    await bundle.applications(),
    await bundle.products(),
    await bundle.prices(),
  ];
  const unmapped = await countUnmapped(group, products);
  const admitted: Admitted = {
    slice,
    bundle,
    named: { applications, products, prices },
    unmapped,
    coverage: coverageOf(products, prices, unmapped),
    partition: await partitionOf(group, slice.month),
    path: from.path,
    receivedAt: from.receivedAt,
    userId: context.userId,
  };
  const asEntity: RequestContext = { ...context, legalEntityId: from.legalEntityId, entityCode: entity.code };
  const payload = { entity: entity.code, period_month: period, revision, manifest_digest: bundle.manifestDigest };
  try {
    const receipt = await recorded(
      group,
      asEntity,
      { action: 'group.publication.accept', payload, role: 'intake' },
      async (tx, record) => {
        const accepted = await acceptBundle(tx, admitted);
        await settleTaken(tx, slice.tenantId, from.sha256, context.userId);
        const id = `${entity.code}/${period}/r${revision}`;
        record.audit({ subject: 'publication', subjectId: id, details: accepted });
        record.emit({ event: 'GROUP.PUBLICATION.ACCEPTED', entity_id: id, payload: accepted });
        return accepted;
      },
    );
    return { ...receipt, replayed: false };
  } catch (error) {
    if (error instanceof AlreadyAccepted) return { ...error.receipt, replayed: true };
    throw error;
  }
}

/** In a transaction of its own and before the one of the facts: attaching a partition must not wait for an intake to end. */
async function partitionOf(group: GroupNode, month: string): Promise<string | null> {
  const [made] = await group.db.transaction(
    group.scope,
    (tx) => tx.query<{ partition: string | null }>('SELECT ensure_fact_partition($1::date) AS partition', [month]),
    { role: 'intake' },
  );
  return made?.partition ?? null;
}

function refuseOtherAddress(bundle: VerifiedBundle, { expected }: ReceiveInput): void {
  const { period_month: period, revision } = bundle.manifest;
  if (expected === undefined || (expected.period_month === period && expected.revision === revision)) return;
  throw new BundleRefused([
    {
      code: 'REVISION_CONFLICT',
      file: 'manifest.jws',
      row: null,
      column: '/revision',
      value: `${period} r${revision}`,
      message: `The bundle is revision ${revision} of ${period}; the address says revision ${expected.revision} of ${expected.period_month}`,
    },
  ]);
}

/** Before this nobody kept facts; after it a month is a slip of the hand, and would stretch every report to its year. */
const FIRST_MONTH = '1990-01';
const MOST_MONTHS_AHEAD = 120;

function refuseImpossibleMonth({ period_month: period }: Manifest, receivedAt: string): void {
  const last = shiftMonth(receivedAt.slice(0, 7), MOST_MONTHS_AHEAD);
  if (period >= FIRST_MONTH && period <= last) return;
  throw new BundleRefused([
    {
      code: 'SCHEMA_VIOLATION',
      file: 'manifest.jws',
      row: null,
      column: '/period_month',
      value: period,
      message: `The month ${period} is not between ${FIRST_MONTH} and ${last}`,
    },
  ]);
}

/** Undefined for a month that no table can hold: its refusal is kept without it. */
function signedBy({ entity, period_month, revision }: Manifest, manifest_digest: string | null): Signed | undefined {
  if (!/^(19|20|21)/.test(period_month)) return undefined;
  return { entity: entity.code, period_month, revision, manifest_digest };
}
