import type { Database } from '../database/database.ts';
import type { App } from '../http/app.ts';
import { type NodeConfig, nodeProblem } from '../node/config.ts';
import { addressRule, isNetwork } from './addresses.ts';
import { registerEventFeed } from './feed.routes.ts';
import { type Relay, type RelayOptions, startRelay } from './relay.ts';
import { openSecretBox } from './secrets.ts';
import type { WebhookNode } from './subscription.ts';
import { registerWebhooks } from './webhooks.routes.ts';

/** Who reads the feed and who keeps subscriptions, by the kind of node. */
const ROLES = {
  entity: { readers: ['events.reader', 'platform.admin'], admins: ['platform.admin'] },
  group: { readers: ['events.reader', 'platform.admin', 'group.admin'], admins: ['platform.admin', 'group.admin'] },
} as const;

export interface EventNode {
  readonly db: Database;
  readonly dir: string;
  readonly config: NodeConfig;
  /** See `WebhookNode`. */
  readonly names?: WebhookNode['names'];
}

/**
 * What a node needs to keep subscriptions and to send: the key of its secrets, and where it may send to.
 *
 * @throws Problem `NODE_CONFIG_INVALID`, `KEY_FILE_EXPOSED`, `WEBHOOK_SECRET_UNREADABLE`
 */
export async function openWebhookNode({ db, dir, config, names }: EventNode): Promise<WebhookNode> {
  const allowed = config.webhooks?.allow ?? [];
  const wrong = allowed.find((network) => !isNetwork(network));
  if (wrong !== undefined) {
    throw nodeProblem(
      'NODE_CONFIG_INVALID',
      `prorata.yaml: /webhooks/allow ${wrong} is no network such as 10.20.0.0/16`,
    );
  }
  const reach = config.kind === 'group' ? 'tenant' : 'legal_entity';
  return { db, box: await openSecretBox(dir), rule: addressRule(allowed), reach, names };
}

/** `GET /events`, `/api/platform/webhooks` and `/api/platform/dead-letters` of a node; behind the guard. */
export function registerEvents(app: App, node: WebhookNode, kind: NodeConfig['kind']): void {
  registerEventFeed(app, { db: node.db, readers: ROLES[kind].readers, reach: node.reach, names: node.names });
  registerWebhooks(app, { ...node, admins: ROLES[kind].admins });
}

/** Relays events from when the app listens until it closes; what goes wrong is in the log of the app. */
export function relayWhileListening(app: App, options: Omit<RelayOptions, 'log'>): void {
  let relay: Relay | undefined;
  app.addHook('onListen', async () => {
    relay = startRelay({ ...options, log: app.log });
  });
  app.addHook('onClose', async () => {
    await relay?.stop();
  });
}
