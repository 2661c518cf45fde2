import {
  type App,
  findPlugins,
  isEventPattern,
  type NodeConfig,
  openWebhookNode,
  type RequestContext,
  registerEvents,
  relayWhileListening,
  startRelay,
  uuidv7,
  type WebhookCaller,
  type WebhookNode,
} from '@prorata/platform';
import { cliProblem } from '../problems.ts';
import { withOpened } from './interrupt.ts';
import { type AnyNode, openNode, withNode } from './open-node.ts';

/** A node as far as its events go. */
export interface EventsNode {
  readonly webhooks: WebhookNode;
  readonly config: NodeConfig;
  /** Who acts when a command does: the operator of the machine. */
  readonly operator: RequestContext;
}

/** Every event that a node of this kind may send, those of its plugins included. @throws Problem `PLUGIN_NOT_FOUND`, `PLUGIN_INVALID` */
async function namesOf(kind: NodeConfig['kind'], dir: string, config: NodeConfig): Promise<string[]> {
  if (kind === 'group') {
    const { GROUP_EVENTS } = await import('@prorata/group');
    return Object.keys(GROUP_EVENTS);
  }
  const [{ FINOPS_EVENTS }, { ANALYTIC_EVENTS }, { LEDGER_EVENTS }, plugins] = await Promise.all([
    import('@prorata/finops'),
    import('@prorata/analytic'),
    import('@prorata/ledger'),
    findPlugins(dir, config.plugins ?? []),
  ]);
  const own = Object.keys({ ...FINOPS_EVENTS, ...ANALYTIC_EVENTS, ...LEDGER_EVENTS });
  return [...own, ...plugins.flatMap(({ manifest }) => manifest.emits)];
}

/** Opens the node for one piece of work with its events, and closes it whatever happens. */
export async function withEvents<T>(dir: string, work: (events: EventsNode) => Promise<T>): Promise<T> {
  return await withNode(dir, async (open) => {
    const { config, db } = open.node;
    return await work({
      webhooks: await openWebhookNode({ db, dir, config, names: () => namesOf(open.kind, dir, config) }),
      config,
      operator: await operatorOf(open),
    });
  });
}

async function operatorOf(open: AnyNode): Promise<RequestContext> {
  if (open.kind === 'entity') return open.node.operator;
  const { operatorContext } = await import('@prorata/group');
  return operatorContext(open.node);
}

/** The feed, subscriptions and dead letters of a served node, and the relay for as long as it listens. */
export async function serveEvents(app: App, { kind, node }: AnyNode): Promise<void> {
  const { db, dir, config } = node;
  const webhooks = await openWebhookNode({ db, dir, config, names: () => namesOf(kind, dir, config) });
  registerEvents(app, webhooks, kind);
  relayWhileListening(app, { ...webhooks, tenants: () => [config.tenant.id] });
}

/** Relays the events of a node until a signal ends the process; what is being sent then may end. */
export async function relayUntilStopped(dir: string): Promise<never> {
  const opening = async () => {
    const { node } = await openNode(dir);
    const { db, config } = node;
    const webhooks = await openWebhookNode({ db, dir, config });
    const relay = startRelay({ ...webhooks, tenants: () => [config.tenant.id] });
    return {
      async close() {
        await relay.stop();
        await node.close();
      },
    };
  };
  return await withOpened(opening, () => new Promise<never>(() => {}));
}

/** Who a command acts for. Commands are not repeated by machines: they carry no idempotency key. */
export function callerOf({ operator }: EventsNode, word: string): WebhookCaller {
  const context = { ...operator, correlationId: uuidv7() };
  return { context, request: { method: 'CLI', route: `events ${word}`, payload: null } };
}

/** Names of events or beginnings of names, as an option gives them. @throws Problem `OPTION_INVALID` */
export function readEvents(names: readonly string[] | undefined): readonly string[] | undefined {
  const wrong = names?.find((name) => !isEventPattern(name));
  if (wrong === undefined) return names;
  const rule = 'names look like ANALYTIC.AXIS.CREATED, ANALYTIC.* or *';
  throw cliProblem('OPTION_INVALID', `--event ${JSON.stringify(wrong)}: ${rule}`, { value: wrong });
}
