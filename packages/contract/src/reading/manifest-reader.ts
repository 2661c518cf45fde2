import { createHash } from 'node:crypto';
import {
  ACCEPTED_VERSIONS,
  type AcceptedVersion,
  CONTRACT_NAME,
  type Deployment,
  MANIFEST_FILE,
} from '../format/contract.ts';
import {
  inconsistency,
  type Manifest,
  type ManifestHead,
  ManifestHeadSchema,
  ManifestSchema,
} from '../format/manifest.ts';
import { refuse, type Violation, violation } from '../format/refusals.ts';
import { type JsonObject, parseStrictObject } from '../format/strict-json.ts';
import { type SchemaFault, shape } from '../format/validation.ts';
import type { PublicJwk } from '../trust/keys.ts';
import { type Envelope, openEnvelope, readEnvelope, reason, STATEMENT_TYPES, utf8 } from '../trust/statement.ts';
import { moment } from '../trust/trusted-key.ts';
import { type Archive, readEntry } from './archive.ts';
import type { ByteSource } from './byte-source.ts';

const headShape = shape(ManifestHeadSchema);
const manifestShape = shape(ManifestSchema);
const PLACE = { file: MANIFEST_FILE } as const;

/** What the manifest has to agree with before its content counts; a part that is absent is not judged. */
export interface ManifestExpectation {
  readonly tenantId?: string;
  /** Code of the entity that the transport (token or folder) names. */
  readonly entityCode?: string;
  /** Code of the entity that the signing key belongs to. */
  readonly keyEntityCode?: string;
  /** Legal entity id that the signing key belongs to. */
  readonly keyLegalEntityId?: string;
  readonly deployment?: Deployment;
  readonly acceptedVersions?: readonly AcceptedVersion[];
  readonly receivedAt: string;
}

/** The JWS around the manifest, unverified; refuses with MANIFEST_UNREADABLE. */
export async function readManifestEnvelope(source: ByteSource, archive: Archive): Promise<Envelope> {
  const bytes = await readEntry(source, archive, MANIFEST_FILE);
  try {
    return readEnvelope(utf8(bytes));
  } catch (error) {
    return refuse('MANIFEST_UNREADABLE', `${MANIFEST_FILE}: ${reason(error)}`, PLACE);
  }
}

/** The verified bytes of the manifest; refuses with SIGNATURE_INVALID. */
export async function openManifest(envelope: Envelope, publicJwk: PublicJwk): Promise<Buffer> {
  try {
    return await openEnvelope(envelope, STATEMENT_TYPES.manifest, publicJwk);
  } catch (error) {
    return refuse('SIGNATURE_INVALID', `${MANIFEST_FILE}: ${reason(error)}`, PLACE);
  }
}

/** SHA-256 (hex) of the manifest's payload: its name in `supersedes` and in the group's records. */
export function manifestDigestOf(payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest('hex');
}

/** The payload as a JSON object with the members that every version has; refuses with MANIFEST_UNREADABLE. */
export function readHead(payload: Uint8Array): JsonObject & ManifestHead {
  let content: JsonObject;
  try {
    content = parseStrictObject(utf8(payload));
  } catch (error) {
    return refuse('MANIFEST_UNREADABLE', `The manifest: ${reason(error)}`, PLACE);
  }
  if (!headShape.fits(content)) {
    const [fault] = headShape.faults(content);
    return refuse('MANIFEST_UNREADABLE', `The manifest: ${fault?.message}`, { ...PLACE, column: fault?.pointer ?? '' });
  }
  return content;
}

/** ENTITY_MISMATCH, ENVIRONMENT_MISMATCH and CONTRACT_VERSION_UNSUPPORTED, in this order. */
export function headViolations(head: ManifestHead, expected: ManifestExpectation): Violation[] {
  const found: Violation[] = [];
  const differs = (what: string, column: string, value: string, other: string | undefined) => {
    if (other === undefined || other === value) return;
    found.push(
      violation('ENTITY_MISMATCH', `The manifest speaks for ${what} ${value}, not ${other}`, {
        ...PLACE,
        column,
        value,
      }),
    );
  };
  differs('tenant', '/tenant/id', head.tenant.id, expected.tenantId);
  differs('entity', '/entity/code', head.entity.code, expected.entityCode);
  differs('entity', '/entity/code', head.entity.code, expected.keyEntityCode);
  differs('legal entity', '/entity/id', head.entity.id, expected.keyLegalEntityId);
  const { deployment } = head;
  if (expected.deployment !== undefined && deployment !== expected.deployment) {
    const says = `The bundle is from a ${deployment} node, this is ${expected.deployment}`;
    found.push(violation('ENVIRONMENT_MISMATCH', says, { ...PLACE, column: '/deployment', value: deployment }));
  }
  if (!isAccepted(head, expected)) {
    const { name, version } = head.contract;
    const accepted = (expected.acceptedVersions ?? ACCEPTED_VERSIONS).map(
      (each) => `${each.version}${each.until ? ` until ${each.until}` : ''}`,
    );
    const says = `The bundle follows ${name} ${version}; accepted: ${CONTRACT_NAME} ${accepted.join(', ')}`;
    found.push(
      violation('CONTRACT_VERSION_UNSUPPORTED', says, { ...PLACE, column: '/contract/version', value: version }),
    );
  }
  return found;
}

/** Everything about a manifest that does not fit its schema, as MANIFEST_UNREADABLE with a JSON pointer as column. */
export function manifestViolations(content: JsonObject): Violation[] {
  const faults: SchemaFault[] = [...manifestShape.faults(content)];
  if (faults.length === 0 && manifestShape.fits(content)) {
    const broken = inconsistency(content);
    if (broken) faults.push({ ...broken, value: null });
  }
  return faults.map((fault) =>
    violation('MANIFEST_UNREADABLE', `The manifest: ${fault.message}`, {
      ...PLACE,
      column: fault.pointer,
      value: fault.value,
    }),
  );
}

/** Narrows content without `manifestViolations` to a manifest. */
export function isManifest(content: JsonObject): content is JsonObject & Manifest {
  return manifestShape.fits(content);
}

// A patch changes no meaning; another minor version may have members that this code would drop in silence.
function isAccepted({ contract }: ManifestHead, expected: ManifestExpectation): boolean {
  if (contract.name !== CONTRACT_NAME) return false;
  const minor = contract.version.split('.').slice(0, 2).join('.');
  return (expected.acceptedVersions ?? ACCEPTED_VERSIONS).some(
    ({ version, until }) => version === minor && (until === undefined || moment(expected.receivedAt) < moment(until)),
  );
}
