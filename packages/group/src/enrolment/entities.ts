import { BundleRefused, verifyRotation } from '@prorata/contract';
import { firstDayOf, monthOf, parseMonths, type RequestContext } from '@prorata/platform';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { groupProblem } from '../problems.ts';
import { findKeyIn } from './keys.ts';

export interface EntityEntry {
  readonly entity: string;
  readonly legal_entity_id: string;
  readonly label: string;
  readonly country: string;
  readonly currency: string;
  /** First and last month in which the entity publishes, `YYYY-MM`; null for no bound. */
  readonly active_from: string | null;
  readonly active_to: string | null;
  /** Day of the following month by which a month is due; null for the policy's. */
  readonly due_day: number | null;
  readonly keys: {
    readonly kid: string;
    readonly revoked: boolean;
    /** RFC 3339. */
    readonly valid_from: string;
    readonly revoked_at: string | null;
    readonly reason: string | null;
  }[];
}

interface Acting {
  readonly context?: RequestContext;
  readonly idempotencyKey?: string | undefined;
}

const TIME = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

/** Every entity that ever enrolled, with its keys. */
export async function listEntities(group: GroupNode): Promise<EntityEntry[]> {
  const rows = await group.db.transaction(
    group.scope,
    (tx) =>
      tx.query<EntityEntry>(
        `SELECT e.entity_id AS entity, e.legal_entity_id, e.label, e.country, e.currency, e.active_from, e.active_to, e.due_day,
                COALESCE((SELECT jsonb_agg(jsonb_build_object(
                                   'kid', k.kid, 'revoked', k.revoked_at IS NOT NULL, 'reason', k.revocation_reason,
                                   'valid_from', to_char(k.valid_from AT TIME ZONE 'UTC', ${TIME}),
                                   'revoked_at', to_char(k.revoked_at AT TIME ZONE 'UTC', ${TIME})) ORDER BY k.valid_from)
                            FROM entity_key k WHERE k.tenant_id = e.tenant_id AND k.entity_id = e.entity_id), '[]') AS keys
           FROM dim_entity e ORDER BY e.entity_id`,
      ),
    { role: 'reader', readOnly: true },
  );
  const month = (day: string | null) => (day === null ? null : monthOf(day));
  return rows.map((row) => ({ ...row, active_from: month(row.active_from), active_to: month(row.active_to) }));
}

/**
 * Says in which months an entity publishes; others are refused with ENTITY_INACTIVE. Null takes a bound away. What was published stays.
 *
 * @throws Problem `ENTITY_UNKNOWN`, `MONTH_INVALID`
 */
export async function setEntityActivity(
  group: GroupNode,
  input: { readonly entity: string; readonly active_from: string | null; readonly active_to: string | null },
  options: Acting = {},
): Promise<void> {
  const context = options.context ?? operatorContext(group);
  const [from, to] = [input.active_from, input.active_to].map((month) => (month === null ? null : firstDayOf(month)));
  if (input.active_from !== null && input.active_to !== null) parseMonths(input.active_from, input.active_to);
  await recorded(
    group,
    context,
    { action: 'group.entity.activity', payload: input, idempotencyKey: options.idempotencyKey },
    async (tx, record) => {
      const changed = await tx.execute(
        `UPDATE dim_entity SET active_from = $2, active_to = $3, updated_at = now(), version = version + 1 WHERE entity_id = $1`,
        [input.entity, from, to],
      );
      if (changed === 0)
        throw groupProblem('ENTITY_UNKNOWN', `there is no entity ${input.entity}`, { entity: input.entity });
      record.audit({ subject: 'dim_entity', subjectId: input.entity, details: input });
      record.emit({ event: 'GROUP.ENTITY.ACTIVITY_CHANGED', entity_id: input.entity, payload: input });
    },
  );
}

/**
 * Ends the validity of a key now: whatever it signed is refused from here on; what was accepted stays.
 *
 * @throws Problem `KEY_NOT_FOUND`
 */
export async function revokeKey(
  group: GroupNode,
  input: { readonly kid: string; readonly reason: string },
  options: Acting = {},
): Promise<{ entity: string; kid: string }> {
  const context = options.context ?? operatorContext(group);
  return await recorded(
    group,
    context,
    { action: 'group.key.revoke', payload: input, idempotencyKey: options.idempotencyKey },
    async (tx, record) => {
      const [key] = await tx.query<{ entity: string }>(
        `UPDATE entity_key SET revoked_at = COALESCE(revoked_at, now()), revocation_reason = COALESCE(revocation_reason, $2)
        WHERE kid = $1 RETURNING entity_id AS entity`,
        [input.kid, input.reason],
      );
      if (key === undefined) throw groupProblem('KEY_NOT_FOUND', `no entity is enrolled with the key ${input.kid}`);
      record.audit({ subject: 'entity_key', subjectId: input.kid, details: { ...input, ...key } });
      record.emit({ event: 'GROUP.KEY.REVOKED', entity_id: input.kid, payload: { ...input, ...key } });
      return { ...key, kid: input.kid };
    },
  );
}

/**
 * Takes a new key of an entity on the word of the key before it, which ends with that.
 *
 * @throws Problem `ENROLMENT_REFUSED`
 */
export async function rotateKey(
  group: GroupNode,
  input: { readonly statement: string },
  options: Acting = {},
): Promise<{ entity: string; kid: string; fingerprint: string }> {
  const context = options.context ?? operatorContext(group);
  return await recorded(
    group,
    context,
    { action: 'group.key.rotate', payload: input, idempotencyKey: options.idempotencyKey },
    async (tx, record) => {
      const rotation = await verifyRotation(input.statement, { resolveKey: (kid) => findKeyIn(tx, kid) }).catch(
        (error: unknown) => {
          if (error instanceof BundleRefused)
            throw groupProblem('ENROLMENT_REFUSED', error.message, { refusal: error.code });
          throw error;
        },
      );
      const { entityCode: entity, oldKid, newKid: kid, newFingerprint: fingerprint } = rotation;
      // Two statements by one key may arrive together: the row decides which of them finds it valid.
      const ended = await tx.execute(
        `UPDATE entity_key SET revoked_at = now(), revocation_reason = 'rotated' WHERE kid = $1 AND revoked_at IS NULL`,
        [oldKid],
      );
      if (ended === 0) throw groupProblem('ENROLMENT_REFUSED', `the key ${oldKid} of ${entity} has just been ended`);
      const added = await tx.execute(
        `INSERT INTO entity_key (tenant_id, entity_id, kid, jwk, created_by) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
        [group.scope.tenantId, entity, kid, JSON.stringify(rotation.newPublicJwk), context.userId],
      );
      if (added === 0) throw groupProblem('ENROLMENT_REFUSED', `the key ${kid} is known already; rotate to a new one`);
      const details = { entity, old_kid: oldKid, kid, fingerprint };
      record.audit({ subject: 'entity_key', subjectId: kid, details });
      record.emit({ event: 'GROUP.KEY.ROTATED', entity_id: kid, payload: details });
      return { entity, kid, fingerprint };
    },
  );
}
