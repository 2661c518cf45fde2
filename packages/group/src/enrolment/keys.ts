import type { PublicJwk, TrustedKey } from '@prorata/contract';
import type { Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';

/** An enrolled key and the entity that it speaks for. */
export interface EntityKey extends TrustedKey {
  readonly kid: string;
  readonly legalEntityId: string;
  readonly country: string;
}

interface StoredKey {
  readonly kid: string;
  readonly jwk: PublicJwk;
  readonly entity_id: string;
  readonly legal_entity_id: string;
  readonly country: string;
  readonly valid_from: string;
  readonly revoked_at: string | null;
}

const RFC3339 = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

const KEY = `
  SELECT k.kid, k.jwk, k.entity_id, e.legal_entity_id, e.country,
         to_char(k.valid_from AT TIME ZONE 'UTC', ${RFC3339}) AS valid_from,
         to_char(k.revoked_at AT TIME ZONE 'UTC', ${RFC3339}) AS revoked_at
    FROM entity_key k JOIN dim_entity e USING (tenant_id, entity_id)
   WHERE k.kid = $1`;

/** Finds an enrolled key by its thumbprint, revoked ones included; null when nobody enrolled it. */
export async function findKey(group: GroupNode, kid: string): Promise<EntityKey | null> {
  return await group.db.transaction(group.scope, (tx) => findKeyIn(tx, kid), { role: 'reader', readOnly: true });
}

export async function findKeyIn(tx: Tx, kid: string): Promise<EntityKey | null> {
  const [key] = await tx.query<StoredKey>(KEY, [kid]);
  if (key === undefined) return null;
  return {
    kid: key.kid,
    publicJwk: key.jwk,
    entityCode: key.entity_id,
    legalEntityId: key.legal_entity_id,
    country: key.country,
    validFrom: key.valid_from,
    revokedAt: key.revoked_at,
  };
}
