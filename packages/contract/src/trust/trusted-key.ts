import { refuse } from '../format/refusals.ts';
import type { PublicJwk } from './keys.ts';

/** A public key that the group keeps for an entity. Times are UTC (RFC 3339); a bound that is absent does not bind. */
export interface TrustedKey {
  readonly publicJwk: PublicJwk;
  readonly entityCode: string;
  /** Legal entity id that the group gave with the admission; where it is absent, the manifest's is not judged. */
  readonly legalEntityId?: string;
  readonly validFrom?: string | null;
  readonly validUntil?: string | null;
  readonly revokedAt?: string | null;
}

/** Finds a key by its thumbprint; null when nobody vouched for it. */
export type ResolveKey = (kid: string) => TrustedKey | null | Promise<TrustedKey | null>;

/**
 * The key when it may be believed at the recorded time of receipt; refuses with KEY_UNKNOWN or KEY_REVOKED.
 * A key outside its validity is treated as revoked: at that moment it vouched for nothing. Receipt and not the time
 * inside the manifest decides, because whoever steals a key can write any time.
 */
export function judgeKey(kid: string, key: TrustedKey | null, receivedAt: string): TrustedKey {
  if (key === null) return refuse('KEY_UNKNOWN', `No entity is enrolled with the key ${kid}`);
  const received = moment(receivedAt);
  if (key.revokedAt && received >= moment(key.revokedAt)) {
    refuse('KEY_REVOKED', `The key ${kid} of ${key.entityCode} was revoked at ${key.revokedAt}`);
  }
  if (key.validFrom && received < moment(key.validFrom)) {
    refuse('KEY_REVOKED', `The key ${kid} of ${key.entityCode} is valid from ${key.validFrom} only`);
  }
  if (key.validUntil && received >= moment(key.validUntil)) {
    refuse('KEY_REVOKED', `The key ${kid} of ${key.entityCode} was valid until ${key.validUntil}`);
  }
  return key;
}

/** Milliseconds of a UTC time; RangeError for text that is not a time, so that a typo never widens a validity. */
export function moment(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new RangeError(`"${text}" is not a time (RFC 3339)`);
  return time;
}
