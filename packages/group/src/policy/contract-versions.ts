import { ACCEPTED_VERSIONS, type AcceptedVersion } from '@prorata/contract';
import type { RequestContext, Tx } from '@prorata/platform';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { groupProblem } from '../problems.ts';

interface Acting {
  readonly context?: RequestContext;
  readonly idempotencyKey?: string | undefined;
}

/**
 * The versions of the data contract that the group takes: all that this software reads, each until the time that the group said, without
 * an end where it said none. A version that newer software reads is so taken beside those whose end was said before.
 */
export async function acceptedVersions(tx: Tx): Promise<readonly AcceptedVersion[]> {
  const rows = await tx.query<{ version: string; until: string | null }>(
    `SELECT version, to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS until
       FROM contract_version ORDER BY version`,
  );
  const ends = new Map(rows.map(({ version, until }) => [version, until]));
  return ACCEPTED_VERSIONS.map(({ version }) => {
    const until = ends.get(version) ?? null;
    return until === null ? { version } : { version, until };
  });
}

export async function listContractVersions(group: GroupNode): Promise<readonly AcceptedVersion[]> {
  return await group.db.transaction(group.scope, acceptedVersions, { role: 'reader', readOnly: true });
}

/**
 * Says until when a version of the contract is taken: a bundle that is received later is refused with `CONTRACT_VERSION_UNSUPPORTED`;
 * null takes the end away. What was accepted stays, and admissions written from now on tell the entities.
 *
 * @param input.until RFC 3339 time, or null
 * @throws Problem `CONTRACT_VERSION_UNKNOWN`, `TIME_INVALID`
 */
export async function setContractVersion(
  group: GroupNode,
  input: { readonly version: string; readonly until: string | null },
  options: Acting = {},
): Promise<readonly AcceptedVersion[]> {
  const context = options.context ?? operatorContext(group);
  const known = ACCEPTED_VERSIONS.map(({ version }) => version);
  if (!known.includes(input.version)) {
    throw groupProblem('CONTRACT_VERSION_UNKNOWN', `this software reads ${known.join(', ')}, not ${input.version}`, {
      version: input.version,
    });
  }
  const until = input.until === null ? null : momentOf(input.until);
  const what = { action: 'group.contract-version.set', payload: input, idempotencyKey: options.idempotencyKey };
  return await recorded(group, context, what, async (tx, record) => {
    await tx.execute(
      `INSERT INTO contract_version AS standing (tenant_id, version, until, changed_by) VALUES ($1, $2, $3, $4)
           ON CONFLICT (tenant_id, version)
           DO UPDATE SET until = EXCLUDED.until, changed_at = now(), changed_by = EXCLUDED.changed_by`,
      [group.scope.tenantId, input.version, until, context.userId],
    );
    const payload = { version: input.version, until };
    record.audit({ subject: 'contract_version', subjectId: input.version, details: payload });
    record.emit({ event: 'GROUP.CONTRACT_VERSION.SET', entity_id: `contract/${input.version}`, payload });
    return await acceptedVersions(tx);
  });
}

function momentOf(text: string): string {
  const rfc3339 = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2}))?$/;
  const time = rfc3339.test(text) ? new Date(text) : undefined;
  // Dates that do not exist come out as another day.
  if (time !== undefined && !Number.isNaN(time.getTime()) && Number(text.slice(8, 10)) <= daysIn(text)) {
    return time.toISOString();
  }
  throw groupProblem('TIME_INVALID', `${JSON.stringify(text)} is no time such as 2027-01-01T00:00:00Z`, {
    value: text,
  });
}

function daysIn(text: string): number {
  return new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
}
