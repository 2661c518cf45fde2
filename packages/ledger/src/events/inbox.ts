import { createHash } from 'node:crypto';
import { type Database, NIL_UUID, type RequestContext, writePath } from '@prorata/platform';
import type { GlClient } from '../api/gl-client.ts';
import { ownerOf } from '../intake/merge.ts';
import { ledgerProblem } from '../problems.ts';
import { applyEvent, type EventOutcome, type LedgerReaction } from './apply.ts';
import type { GlEvent } from './event.schema.ts';
import { readEvent } from './read-event.ts';
import { inboxSenders } from './secrets.ts';
import { type Sender, type SignedHeaders, verifySender } from './signature.ts';

export interface Inbox {
  readonly db: Database;
  /** The node's folder; secrets stand in `keys/gl-inbox.json`. */
  readonly dir: string;
  /** What it throws undoes the change, and the sender tries again. */
  readonly react?: LedgerReaction;
  /** The general ledger's API, for entries that events tell of without their lines; undefined where none is configured. */
  readonly client?: () => Promise<GlClient | undefined>;
  /** Seconds since 1970; the clock unless told. */
  readonly now?: () => number;
}

export interface EventAnswer {
  readonly event_id: string;
  readonly outcome: EventOutcome;
}

export const INBOX_ROUTE = '/api/erp/gl-inbox';

export interface Received extends EventAnswer {
  readonly replayed: boolean;
  /** In whose name the general ledger acted; undefined where nothing was done. */
  readonly context?: RequestContext;
}

/**
 * Takes one signed event. An event id that had its effect is answered as then, for ever, and changes nothing.
 *
 * @throws Problem `EVENT_SIGNATURE_INVALID`, `EVENT_INVALID`, `EVENT_ID_REUSED`, `ENTITY_NOT_SERVED`, and those of `applyEvent`
 */
export async function receiveEvent(inbox: Inbox, headers: SignedHeaders, body: Uint8Array): Promise<Received> {
  const now = inbox.now?.() ?? Date.now() / 1000;
  const sender = verifySender(await inboxSenders(inbox.dir), headers, body, now);
  const id = headers.id ?? '';
  const event = readEvent(body);
  requireOwn(event, sender, id);
  const bodySha256 = createHash('sha256').update(body).digest('hex');
  const known = await lookUp(inbox.db, sender, id);
  if (known.answer !== undefined) {
    if (known.answer.body_sha256 !== bodySha256) throw ledgerProblem('EVENT_ID_REUSED', `webhook-id ${id}`);
    return { event_id: id, outcome: known.answer.outcome, replayed: true };
  }
  const context = contextOf(inbox.db, sender, event, known.countryCode);
  const owner = ownerOf(context);
  const request = {
    action: 'ledger.gl_event',
    method: 'POST',
    route: INBOX_ROUTE,
    idempotencyKey: id,
    payload: { body_sha256: bodySha256 },
    role: 'intake' as const,
  };
  const answer = await writePath<EventAnswer>(inbox.db, context, request, async (tx, record) => {
    const { outcome, change } = await applyEvent(tx, record, owner, { id, bodySha256, event });
    if (change !== undefined) await inbox.react?.(tx, change, record);
    return { status: 200, body: { event_id: id, outcome } };
  });
  return { ...answer.body, replayed: answer.replayed, context };
}

/** The secret says whose books the event is for; a body that says otherwise is a mistake of the sender's configuration. */
function requireOwn(event: GlEvent, sender: Sender, id: string): void {
  const wrong: { pointer: string; message: string }[] = [];
  if (event.tenant_id !== sender.tenantId) wrong.push({ pointer: '/tenant_id', message: 'is not that of the secret' });
  if (event.legal_entity_id !== sender.legalEntityId) {
    wrong.push({ pointer: '/legal_entity_id', message: 'is not that of the secret' });
  }
  if (event.id !== undefined && event.id !== id) wrong.push({ pointer: '/id', message: 'is not the webhook-id' });
  const first = wrong[0];
  if (first !== undefined) throw ledgerProblem('EVENT_INVALID', `${first.pointer} ${first.message}`, { errors: wrong });
}

interface Known {
  readonly countryCode: string;
  readonly answer: { readonly outcome: EventOutcome; readonly body_sha256: string } | undefined;
}

async function lookUp(db: Database, sender: Sender, id: string): Promise<Known> {
  const { tenantId, legalEntityId } = sender;
  return await db.transaction(
    { tenantId, legalEntityId },
    async (tx) => {
      const own = [tenantId, legalEntityId];
      const [entity] = await tx.query<{ country_code: string }>(
        'SELECT country_code FROM legal_entity WHERE tenant_id = $1 AND legal_entity_id = $2',
        own,
      );
      if (entity === undefined) throw ledgerProblem('ENTITY_NOT_SERVED', `legal entity ${legalEntityId}`);
      const [answer] = await tx.query<{ outcome: EventOutcome; body_sha256: string }>(
        'SELECT outcome, body_sha256 FROM gl_event WHERE tenant_id = $1 AND legal_entity_id = $2 AND event_id = $3',
        [...own, id],
      );
      return { countryCode: entity.country_code, answer };
    },
    { readOnly: true },
  );
}

/** The general ledger acts for itself: no person's id stands behind what it sends. */
function contextOf(db: Database, sender: Sender, event: GlEvent, countryCode: string): RequestContext {
  return {
    tenantId: sender.tenantId,
    tenantMode: db.tenantMode(sender.tenantId),
    legalEntityId: sender.legalEntityId,
    countryCode,
    locale: 'en',
    supportedLocales: ['en'],
    billingStatus: 'ACTIVE',
    enabledModules: [],
    roles: [],
    userId: NIL_UUID,
    correlationId: event.correlation_id,
  };
}
