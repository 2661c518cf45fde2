import type { Database, Tx } from '../database/database.ts';
import { type RequestContext, scopeOf } from '../identity/context.ts';
import { NIL_UUID, uuidv7 } from '../identity/uuid.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import type { WriteRecord } from '../write/record.ts';
import { type WriteAnswer, type WriteRequest, writePath } from '../write/write-path.ts';
import { type AddressRule, requireSendable } from './addresses.ts';
import type { EventReach } from './feed.ts';
import { requireKnownNames } from './known-names.ts';
import { eventProblem } from './problems.ts';
import { isWebhookSecret, newWebhookSecret, type SecretBox } from './secrets.ts';
import * as sql from './subscription.sql.ts';

/** What a node needs to keep subscriptions. */
export interface WebhookNode {
  readonly db: Database;
  readonly box: SecretBox;
  readonly rule: AddressRule;
  /** Whether the tenant as a whole may subscribe to the events of all its companies; see `EventReach`. */
  readonly reach: EventReach;
  /** Every event that the node may send; where it is not told, a subscription may name any. */
  readonly names?: (() => Promise<readonly string[]>) | undefined;
}

/** Who asks, and how the request is told apart from its repetitions. */
export interface WebhookCaller {
  readonly context: RequestContext;
  readonly request: Omit<WriteRequest, 'action' | 'role'>;
}

export type SubscriptionState = 'ACTIVE' | 'PAUSED' | 'GONE';

/** A subscription as it is told; its secrets are not part of it. */
export interface Subscription {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly all_entities: boolean;
  readonly state: SubscriptionState;
  /** How many secrets sign: 2 during a rotation. */
  readonly secrets: number;
  /** Things whose events were not all taken yet, and those among them that were given up. */
  readonly behind: number;
  readonly dead: number;
  readonly created_at: Date;
  readonly created_by: string;
  readonly updated_at: Date;
  readonly version: number;
}

export interface NewSubscription {
  readonly url: string;
  readonly events: readonly string[];
  readonly all_entities?: boolean;
  /** A secret that the receiver gave, where it is the one to make them; a new one unless told. */
  readonly secret?: string;
}

export interface SubscriptionChange {
  readonly url?: string;
  readonly state?: 'ACTIVE' | 'PAUSED';
}

/** The one answer that carries the secret in the clear: it is read for the answer and never stored with it. */
export type SubscriptionWithSecret = Subscription & { readonly secret: string };

const MOST_SUBSCRIPTIONS = 50;

/** Whose secret it is, for the box. */
export function secretOwner(tenantId: string, id: string): string {
  return `${tenantId}/${id}`;
}

type Owner = readonly [tenantId: string, legalEntityId: string];

function ownerOf({ tenantId, legalEntityId }: RequestContext): Owner {
  return [tenantId, legalEntityId ?? NIL_UUID];
}

/**
 * Subscribes an address to events that are published from now on; what came before is in the feed.
 *
 * @throws Problem `WEBHOOK_URL_REFUSED`, `WEBHOOK_EVENT_UNKNOWN`, `WEBHOOK_SECRET_INVALID`, `WEBHOOK_LIMIT`, `FORBIDDEN`
 */
export async function subscribe(
  node: WebhookNode,
  caller: WebhookCaller,
  input: NewSubscription,
): Promise<WriteAnswer<SubscriptionWithSecret>> {
  const { url } = input;
  requireSendable(url, node.rule);
  if (node.names !== undefined) requireKnownNames(input.events, await node.names());
  const secret = input.secret ?? newWebhookSecret();
  if (!isWebhookSecret(secret))
    throw eventProblem('WEBHOOK_SECRET_INVALID', 'the secret is not one of Standard Webhooks');
  const all = input.all_entities === true;
  if (all && (node.reach !== 'tenant' || caller.context.legalEntityId !== undefined)) {
    throw platformProblem('FORBIDDEN', 'all_entities is for who acts for the tenant as a whole, on a group node');
  }
  const own = ownerOf(caller.context);
  const answer = await change(node, caller, 'platform.webhook.subscribe', async (tx, record) => {
    await tx.query(sql.LOCK_LIST, own);
    const [count] = await tx.query<{ subscriptions: number }>(sql.COUNT, own);
    if ((count?.subscriptions ?? 0) >= MOST_SUBSCRIPTIONS) {
      throw eventProblem('WEBHOOK_LIMIT', `there are ${MOST_SUBSCRIPTIONS} subscriptions`);
    }
    const id = uuidv7();
    const sealed = node.box.seal(secret, secretOwner(own[0], id));
    await tx.execute(sql.INSERT, [...own, id, url, [...input.events], all, sealed, caller.context.userId]);
    const details = { url: withoutQuery(url), events: input.events, all_entities: all };
    record.audit({ subject: 'webhook_subscription', subjectId: id, details });
    return { status: 201, id };
  });
  return await withSecret(node, caller.context, answer);
}

export async function listSubscriptions(node: WebhookNode, context: RequestContext): Promise<readonly Subscription[]> {
  const read = (tx: Tx) => tx.query<Subscription>(sql.LIST, ownerOf(context));
  return await node.db.transaction(scopeOf(context), read, { readOnly: true });
}

/** @throws Problem `NOT_FOUND` */
export async function subscriptionOf(node: WebhookNode, context: RequestContext, id: string): Promise<Subscription> {
  const read = (tx: Tx) => tx.query<Subscription>(sql.ONE, [...ownerOf(context), id]);
  return found(await node.db.transaction(scopeOf(context), read, { readOnly: true }), id);
}

/** Moves, pauses or resumes a subscription. While it is paused its events wait. @throws Problem `NOT_FOUND`, `WEBHOOK_URL_REFUSED` */
export async function changeSubscription(
  node: WebhookNode,
  caller: WebhookCaller,
  id: string,
  input: SubscriptionChange,
): Promise<WriteAnswer<Subscription>> {
  if (input.url !== undefined) requireSendable(input.url, node.rule);
  const { userId } = caller.context;
  return await changeOne(node, caller, id, 'platform.webhook.change', async (tx, own, record) => {
    const details = { ...input, ...(input.url === undefined ? {} : { url: withoutQuery(input.url) }) };
    record.audit({ subject: 'webhook_subscription', subjectId: id, details });
    return await tx.execute(sql.CHANGE, [...own, id, input.url ?? null, input.state ?? null, userId]);
  });
}

/** A new secret; the one before goes on signing as well until it is retired. @throws Problem `NOT_FOUND` */
export async function rotateSecret(
  node: WebhookNode,
  caller: WebhookCaller,
  id: string,
): Promise<WriteAnswer<SubscriptionWithSecret>> {
  const { userId } = caller.context;
  const answer = await changeOne(node, caller, id, 'platform.webhook.rotate', async (tx, own, record) => {
    record.audit({ subject: 'webhook_subscription', subjectId: id });
    const sealed = node.box.seal(newWebhookSecret(), secretOwner(own[0], id));
    return await tx.execute(sql.ROTATE, [...own, id, sealed, userId]);
  });
  return await withSecret(node, caller.context, answer);
}

/** Ends a rotation: only the newest secret signs. @throws Problem `NOT_FOUND` */
export async function retireSecrets(
  node: WebhookNode,
  caller: WebhookCaller,
  id: string,
): Promise<WriteAnswer<Subscription>> {
  const { userId } = caller.context;
  return await changeOne(node, caller, id, 'platform.webhook.retire', async (tx, own, record) => {
    record.audit({ subject: 'webhook_subscription', subjectId: id });
    return await tx.execute(sql.RETIRE, [...own, id, userId]);
  });
}

/** Removes a subscription, and with it what it was still to be told. @throws Problem `NOT_FOUND` */
export async function unsubscribe(
  node: WebhookNode,
  caller: WebhookCaller,
  id: string,
): Promise<WriteAnswer<{ readonly id: string; readonly removed: true }>> {
  const own = ownerOf(caller.context);
  return await writePath(
    node.db,
    caller.context,
    { ...caller.request, action: 'platform.webhook.unsubscribe' },
    async (tx, record) => {
      if ((await tx.execute(sql.DELETE, [...own, id])) === 0) throw unknown(id);
      record.audit({ subject: 'webhook_subscription', subjectId: id });
      return { status: 200, body: { id, removed: true as const } };
    },
  );
}

type Change = (tx: Tx, record: WriteRecord) => Promise<{ readonly status: number; readonly id: string }>;

async function change(
  node: WebhookNode,
  caller: WebhookCaller,
  action: string,
  work: Change,
): Promise<WriteAnswer<Subscription>> {
  const own = ownerOf(caller.context);
  return await writePath(node.db, caller.context, { ...caller.request, action }, async (tx, record) => {
    const { status, id } = await work(tx, record);
    return { status, body: found(await tx.query<Subscription>(sql.ONE, [...own, id]), id) };
  });
}

async function changeOne(
  node: WebhookNode,
  caller: WebhookCaller,
  id: string,
  action: string,
  update: (tx: Tx, own: Owner, record: WriteRecord) => Promise<number>,
): Promise<WriteAnswer<Subscription>> {
  return await change(node, caller, action, async (tx, record) => {
    if ((await update(tx, ownerOf(caller.context), record)) === 0) throw unknown(id);
    return { status: 200, id };
  });
}

async function withSecret(
  node: WebhookNode,
  context: RequestContext,
  answer: WriteAnswer<Subscription>,
): Promise<WriteAnswer<SubscriptionWithSecret>> {
  const { id } = answer.body;
  const values = [...ownerOf(context), id];
  const read = (tx: Tx) => tx.query<{ sealed: readonly Buffer[] }>(sql.SECRETS, values);
  const { sealed } = found(await node.db.transaction(scopeOf(context), read, { readOnly: true }), id);
  const secret = node.box.open(sealed[0] ?? new Uint8Array(), secretOwner(context.tenantId, id));
  return { ...answer, body: { ...answer.body, secret } };
}

/** A query may carry a token of the receiver's: it is for sending, and has no place in a log. */
function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? url;
}

function found<Row>(rows: readonly Row[], id: string): Row {
  const [row] = rows;
  if (row === undefined) throw unknown(id);
  return row;
}

function unknown(id: string) {
  return platformProblem('NOT_FOUND', `there is no subscription ${id}`);
}
