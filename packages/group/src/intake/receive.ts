import { basename } from 'node:path';
import { BUNDLE_LIMITS, type BundleLimits, BundleRefused, type VerifiedBundle, verifyBundle } from '@prorata/contract';
import { firstDayOf, type RequestContext, uuidv7 } from '@prorata/platform';
import { type EntityKey, findKey } from '../enrolment/keys.ts';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { type Admitted, AlreadyAccepted, acceptBundle, type Receipt } from './accept.ts';
import { countUnmapped, unknownDomains } from './references-check.ts';
import { problemOfRefusal, refusalReport } from './refusals.ts';
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
}

export interface Received extends Receipt {
  /** True when the bundle stood already: the answer is the first one, and nothing was changed. */
  readonly replayed: boolean;
  readonly file: string;
}

/**
 * Takes a bundle through the whole intake (contract, "Intake"): all checks in their order, then all of it or nothing. A refusal is
 * logged with its report and changes nothing else.
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
  try {
    return { ...(await bundleSlot(() => admit(group, context, input, spooled))), file: name };
  } catch (error) {
    if (!(error instanceof BundleRefused)) throw error;
    await logRefusal(group, context, { refused: error, name, sha256: spooled.sha256, entity: input.entity ?? null });
    throw problemOfRefusal(error, name);
  } finally {
    await spooled.remove();
  }
}

async function admit(
  group: GroupNode,
  context: RequestContext,
  input: ReceiveInput,
  spooled: Spooled,
): Promise<Receipt & { replayed: boolean }> {
  const receivedAt = new Date().toISOString();
  const found: { key?: EntityKey | null } = {};
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
    references: (use) => unknownDomains(group, use),
  });
  try {
    refuseOtherAddress(bundle, input);
    return await store(group, context, bundle, {
      path: spooled.path,
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
  from: { path: string; receivedAt: string; legalEntityId: string },
): Promise<Receipt & { replayed: boolean }> {
  const { entity, period_month: period, revision } = bundle.manifest;
  const slice = { tenantId: group.scope.tenantId, entityId: entity.code, month: firstDayOf(period) };
  const admitted: Admitted = {
    slice,
    bundle,
    unmapped: await countUnmapped(group, await bundle.products()),
    path: from.path,
    receivedAt: from.receivedAt,
    userId: context.userId,
  };
  // In a transaction of its own and before the one of the facts: attaching a partition must not wait for an intake to end.
  await group.db.transaction(group.scope, (tx) => tx.query('SELECT ensure_fact_partition($1::date)', [slice.month]), {
    role: 'intake',
  });
  const asEntity: RequestContext = { ...context, legalEntityId: from.legalEntityId, entityCode: entity.code };
  const payload = { entity: entity.code, period_month: period, revision, manifest_digest: bundle.manifestDigest };
  try {
    const receipt = await recorded(
      group,
      asEntity,
      { action: 'group.publication.accept', payload, role: 'intake' },
      async (tx, record) => {
        const accepted = await acceptBundle(tx, admitted);
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

async function logRefusal(
  group: GroupNode,
  context: RequestContext,
  of: { refused: BundleRefused; name: string; sha256: string; entity: string | null },
): Promise<void> {
  await group.db.transaction(
    group.scope,
    (tx) =>
      tx.execute(
        `INSERT INTO intake_refusal (tenant_id, refusal_id, entity_id, file_name, file_sha256, code, report, received_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          group.scope.tenantId,
          uuidv7(),
          of.entity,
          of.name,
          of.sha256,
          of.refused.code,
          JSON.stringify(refusalReport(of.refused, of.name)),
          context.userId,
        ],
      ),
    { role: 'intake' },
  );
}
