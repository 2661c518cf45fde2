import { type RequestContext, writePath } from '@prorata/platform';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import type { EntityNode } from '../node/entity.ts';
import { type Membership, membershipOf } from '../node/join.ts';
import { finopsProblem } from '../problems.ts';
import { ownToken } from '../publish/send.ts';
import {
  type GroupReference,
  groupReferencesOf,
  type TakenReferences,
  takeGroupReferences,
} from './group-references.ts';
import type { ReferenceOptions } from './import-references.ts';

const PATIENCE_MS = 60_000;
const MOST_BYTES = 64 * 1024 ** 2;

const closed = { additionalProperties: false } as const;
const Code = Type.String({ minLength: 1, maxLength: 256 });
const Label = Type.String({ minLength: 1, maxLength: 512 });
const Maybe = Type.Optional(Type.Union([Code, Type.Null()]));
const named = { code: Code, label: Label, active: Type.Boolean() };
const most = { maxItems: 200_000 };

/**
 * What the group answers to GET /api/group/references?since=N: each row that changed after version N, as it stands now; all rows
 * where `since` is absent. The channel says who answers, so that the document needs no signature of its own.
 */
export const GroupReferencesSchema = Type.Object(
  {
    version: Code,
    domains: Type.Array(Type.Object(named, closed), most),
    families: Type.Array(Type.Object({ ...named, domain: Code }, closed), most),
    products: Type.Array(Type.Object({ ...named, domain: Code, family: Maybe, unit: Code }, closed), most),
  },
  closed,
);
export type GroupReferencesDocument = Static<typeof GroupReferencesSchema>;

export interface PullOptions extends ReferenceOptions {
  /** Address of the group node; that of the admission unless told. */
  readonly url?: string | undefined;
  /** A token for the group node; one is signed with the entity's key otherwise. */
  readonly token?: string | undefined;
}

export interface PulledReferences extends TakenReferences {
  readonly url: string;
}

/**
 * Asks the group for the references that changed since the version that the entity has, and takes them.
 *
 * @throws Problem `NOT_JOINED`, `REFERENCES_PULL_REFUSED`
 */
export async function pullReferences(entity: EntityNode, options: PullOptions = {}): Promise<PulledReferences> {
  const key = [entity.scope.tenantId, entity.scope.legalEntityId] as const;
  const [membership, standing] = await entity.db.transaction(
    entity.scope,
    async (tx) => [await membershipOf(tx), await groupReferencesOf(tx, key)] as const,
    { readOnly: true },
  );
  if (membership === undefined) throw finopsProblem('NOT_JOINED', 'the entity has no group to ask');
  // An admission tells no families and no units, so the first time everything is asked for.
  const since = standing?.source === 'PULL' ? standing.version : undefined;
  const url = addressOf(options.url ?? membership.statement.group.address, since, membership);
  const document = await ask(url, options.token ?? (await ownToken(entity)));
  const context: RequestContext = options.context ?? entity.operator;
  const request = {
    action: 'finops.references.pull',
    method: 'POST',
    route: '/api/finops/references/pull',
    payload: { version: document.version },
    idempotencyKey: options.idempotencyKey,
  };
  const answer = await writePath<PulledReferences>(entity.db, context, request, async (tx, record) => {
    await tx.query(LOCK_ENTITY);
    const taken = await takeGroupReferences(tx, key, context, {
      version: document.version,
      source: 'PULL',
      hasProducts: document.products.length > 0,
      rows: rowsOf(document),
      whole: since === undefined ? ['domain', 'family', 'product'] : [],
    });
    record.audit({ subject: 'group_reference', subjectId: taken.version, details: { ...taken, url: url.origin } });
    return { status: 200, body: { ...taken, url: url.href } };
  });
  return answer.body;
}

function addressOf(base: string | null, since: string | undefined, { statement }: Membership): URL {
  if (base === null) {
    throw finopsProblem(
      'REFERENCES_PULL_REFUSED',
      `the admission of ${statement.group.label} names no address; give one`,
    );
  }
  try {
    const url = new URL('api/group/references', base.endsWith('/') ? base : `${base}/`);
    if (since !== undefined) url.searchParams.set('since', since);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {
    // Said below, together with addresses of another kind.
  }
  throw finopsProblem('REFERENCES_PULL_REFUSED', `${JSON.stringify(base)} is no http address`);
}

async function ask(url: URL, token: string): Promise<GroupReferencesDocument> {
  const refused = (detail: string, answer: unknown = null, cause?: unknown) =>
    finopsProblem('REFERENCES_PULL_REFUSED', `${url.origin} ${detail}`, { answer }, cause);
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    // A redirect could carry the token to somebody else.
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((cause: unknown) => {
    throw refused('does not answer', null, cause);
  });
  const text = await boundedText(response).catch((cause: unknown) => {
    throw refused('stopped answering, or answered more than 64 MiB', null, cause);
  });
  const value = parsed(text);
  if (!response.ok) throw refused(`answered ${response.status}`, value ?? text.slice(0, 2000));
  if (Value.Check(GroupReferencesSchema, value)) return value;
  const [fault] = Value.Errors(GroupReferencesSchema, value);
  throw refused(
    `answered something else than references: ${fault?.instancePath || '/'} ${fault?.message ?? 'no JSON'}`,
  );
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new RangeError('the answer is too long');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function rowsOf({ domains, families, products }: GroupReferencesDocument): GroupReference[] {
  const none = { domain: null, family: null, unit: null };
  return [
    ...domains.map((row) => ({ ...none, ...row, kind: 'domain' as const })),
    ...families.map((row) => ({ ...none, ...row, kind: 'family' as const })),
    ...products.map((row) => ({ ...none, ...row, family: row.family ?? null, kind: 'product' as const })),
  ];
}
