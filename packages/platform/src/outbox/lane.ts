import { randomUUID } from 'node:crypto';
import type { Database, Tx } from '../database/database.ts';
import type { RequestContext } from '../identity/context.ts';
import { NIL_UUID } from '../identity/uuid.ts';
import { writePath } from '../write/write-path.ts';
import type { OutboxRow } from './envelope.ts';
import * as sql from './lane.sql.ts';

/** What one subscription has yet to be told about one thing, taken by this relay. */
export interface Lane {
  readonly tenant_id: string;
  /** Of the subscription. */
  readonly legal_entity_id: string;
  readonly subscription_id: string;
  /** Of the events. */
  readonly of_legal_entity: string;
  readonly entity_id: string;
  readonly claim: string;
  readonly attempts: number;
  readonly url: string;
  readonly events: readonly string[];
  /** Sealed. */
  readonly secrets: readonly Buffer[];
}

export type WaitingEvent = OutboxRow & { readonly feed_position: string };

export interface Claim {
  readonly seconds: number;
  readonly lanesOfEach: number;
  /** Subscriptions that this relay is at work for already. */
  readonly busy: readonly string[];
}

/** Takes lanes that are due. They come back by themselves after `seconds`, should this relay die. */
export async function claimLanes(db: Database, tenantId: string, claim: Claim): Promise<readonly Lane[]> {
  const values = [tenantId, randomUUID(), claim.seconds, claim.lanesOfEach, claim.busy];
  return await asRelay(db, tenantId, (tx) => tx.query<Lane>(sql.CLAIM, values));
}

/**
 * Notes that everything up to `taken` was taken and answers the next event of the lane; closes the lane when there is none.
 *
 * @returns undefined when there is nothing more to do here: the lane is closed, or somebody else took it over
 */
export async function advance(
  db: Database,
  lane: Lane,
  seconds: number,
  taken?: string,
): Promise<WaitingEvent | undefined> {
  return await asRelay(db, lane.tenant_id, async (tx) => {
    const [mine] = await tx.query<{ sent_through: string }>(sql.ADVANCE, [...keyOf(lane), seconds, taken ?? null]);
    if (mine === undefined) return undefined;
    const [next] = await tx.query<WaitingEvent>(sql.NEXT, [
      lane.tenant_id,
      lane.of_legal_entity,
      lane.entity_id,
      mine.sent_through,
      lane.events,
    ]);
    if (next === undefined) await tx.execute(sql.CLOSE, keyOf(lane));
    return next;
  });
}

/** Gives a lane back with events still in it. */
export async function release(db: Database, lane: Lane): Promise<void> {
  await asRelay(db, lane.tenant_id, (tx) => tx.execute(sql.RELEASE, keyOf(lane)));
}

export interface Failure {
  readonly event: WaitingEvent;
  readonly error: string;
  /** With this one; 0 for one that does not count. */
  readonly attempts: number;
  readonly dead: boolean;
  readonly againAfterSeconds: number;
  /** How long the receiver as a whole is left alone. */
  readonly restSeconds?: number;
}

/** Notes a failure; the lane waits, or is given up with this event as its dead letter. */
export async function fail(db: Database, lane: Lane, failure: Failure): Promise<void> {
  const { event, error, attempts, dead, againAfterSeconds, restSeconds } = failure;
  const { id, event: name, feed_position } = event;
  await asRelay(db, lane.tenant_id, async (tx) => {
    const values = [...keyOf(lane), againAfterSeconds, attempts, id, name, feed_position, error, dead];
    await tx.execute(sql.FAIL, values);
    if (restSeconds === undefined) return;
    await tx.execute(sql.REST, [lane.tenant_id, lane.legal_entity_id, lane.subscription_id, restSeconds]);
  });
}

/** The receiver wants no more (410): the subscription stops, with a trace in the audit log, and its events wait. */
export async function stopSubscription(db: Database, lane: Lane, event: WaitingEvent): Promise<void> {
  const context = systemContext(db, lane, event.correlation_id);
  const request = { action: 'platform.webhook.gone', method: 'POST', route: '/api/platform/webhooks/:id', payload: {} };
  await writePath(db, context, request, async (tx, record) => {
    await tx.execute(sql.GONE, [lane.tenant_id, lane.legal_entity_id, lane.subscription_id, NIL_UUID]);
    const details = { event_id: event.id, answer: 410 };
    record.audit({ subject: 'webhook_subscription', subjectId: lane.subscription_id, details });
    return { status: 200, body: {} };
  });
}

/** The relay acts for itself: no person's id stands behind it. */
function systemContext(db: Database, lane: Lane, correlationId: string): RequestContext {
  const { tenant_id: tenantId, legal_entity_id: legalEntityId } = lane;
  return {
    tenantId,
    tenantMode: db.tenantMode(tenantId),
    ...(legalEntityId === NIL_UUID ? {} : { legalEntityId }),
    countryCode: 'FR',
    locale: 'en',
    supportedLocales: ['en'],
    billingStatus: 'ACTIVE',
    enabledModules: [],
    roles: [],
    userId: NIL_UUID,
    correlationId,
  };
}

function keyOf(lane: Lane): readonly string[] {
  const { tenant_id, legal_entity_id, subscription_id, of_legal_entity, entity_id, claim } = lane;
  return [tenant_id, legal_entity_id, subscription_id, of_legal_entity, entity_id, claim];
}

async function asRelay<T>(db: Database, tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  return await db.transaction({ tenantId }, work, { role: 'relay' });
}
