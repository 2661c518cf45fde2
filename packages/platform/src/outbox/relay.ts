import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../database/database.ts';
import type { AddressRule } from './addresses.ts';
import { eventEnvelope } from './envelope.ts';
import { advance, claimLanes, fail, type Lane, release, stopSubscription, type WaitingEvent } from './lane.ts';
import { publishEvents } from './publish.ts';
import type { SecretBox } from './secrets.ts';
import { createSender, type Sender, type Sent } from './send.ts';
import { secretOwner } from './subscription.ts';

export interface RelayOptions {
  readonly db: Database;
  readonly box: SecretBox;
  readonly rule: AddressRule;
  /** The tenants whose events leave this node; they are gone through one by one. */
  readonly tenants: () => readonly string[] | Promise<readonly string[]>;
  readonly log?: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>;
  /** How long nothing is looked for when nothing was found; 500 ms unless told. */
  readonly pollMs?: number;
  readonly timeoutMs?: number;
  /** Tries of one event before it is a dead letter; 10 unless told, which is a day and a half. */
  readonly attempts?: number;
  readonly firstDelayMs?: number;
  readonly longestDelayMs?: number;
  /** How long a receiver that does not answer at all is left alone. */
  readonly restMs?: number;
  /** Beyond the timeout, before another relay takes over what this one took: what the database may take to hear of an answer. */
  readonly marginMs?: number;
}

export interface RelayReport {
  readonly published: number;
  readonly sent: number;
  readonly failed: number;
  readonly dead: number;
}

export interface Relay {
  /** Takes nothing new, lets what is being sent end, and gives its lanes back. */
  stop(): Promise<void>;
}

const DEFAULTS = {
  pollMs: 500,
  timeoutMs: 10_000,
  attempts: 10,
  firstDelayMs: 5_000,
  longestDelayMs: 12 * 3_600_000,
  restMs: 5_000,
  marginMs: 20_000,
} as const;

const LANES_OF_EACH = 4;
/** One lane gives way to others after that many events. */
const MOST_OF_A_LANE = 100;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Publishes events and sends them to subscribers until it is stopped. Several may run on one database, in one process or on several
 * machines. At least once: an event whose answer was not noted is sent again, with the same id (decision 0111).
 */
export function startRelay(options: RelayOptions): Relay {
  const stopping = new AbortController();
  const work = new Work(options, stopping.signal);
  const ended = goOn(work, options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await ended;
      await work.end();
    },
  };
}

/** Publishes and sends what is due now, once. What is to be tried again later stays. */
export async function relayOnce(options: RelayOptions): Promise<RelayReport> {
  const work = new Work(options, new AbortController().signal);
  try {
    while ((await work.round()) > 0) await work.idle();
    return work.report();
  } finally {
    await work.end();
  }
}

/** A failing database is asked less often, and never gives the loop up. */
async function goOn(work: Work, { pollMs = DEFAULTS.pollMs, log }: RelayOptions, signal: AbortSignal): Promise<void> {
  let pauseMs = pollMs;
  while (!signal.aborted) {
    try {
      const taken = await work.round();
      pauseMs = pollMs;
      if (taken > 0) continue;
    } catch (error) {
      log?.error({ err: error }, 'events could not be relayed; trying again');
      pauseMs = Math.min(2 * pauseMs + 100, LONGEST_PAUSE_MS);
    }
    await Promise.race([sleep(pauseMs, undefined, { signal }).catch(() => undefined), work.wake()]);
  }
}

type Settings = typeof DEFAULTS;

/** What one relay is at: which subscriptions it works for, and what came of it. */
class Work {
  readonly #options: RelayOptions;
  readonly #settings: { readonly [Name in keyof Settings]: number };
  readonly #signal: AbortSignal;
  readonly #sender: Sender;
  /** Lanes that are followed, with their subscriptions. */
  readonly #tasks = new Map<Promise<void>, string>();
  readonly #counts = { published: 0, sent: 0, failed: 0, dead: 0 };

  constructor(options: RelayOptions, signal: AbortSignal) {
    this.#options = options;
    this.#settings = { ...DEFAULTS, ...options };
    this.#signal = signal;
    this.#sender = createSender({ rule: options.rule, timeoutMs: this.#settings.timeoutMs });
  }

  /** Publishes, takes lanes and begins to send; answers how many lanes were taken. */
  async round(): Promise<number> {
    const { db } = this.#options;
    let taken = 0;
    for (const tenantId of await this.#options.tenants()) {
      this.#counts.published += await publishEvents(db, tenantId);
      const claim = { seconds: this.#leaseSeconds(), lanesOfEach: LANES_OF_EACH, busy: this.#busy() };
      const lanes = await claimLanes(db, tenantId, claim);
      taken += lanes.length;
      for (const lane of lanes) {
        const task: Promise<void> = this.#follow(lane).finally(() => this.#tasks.delete(task));
        this.#tasks.set(task, lane.subscription_id);
      }
    }
    return taken;
  }

  /** Subscriptions that have as many lanes under way as one may have. */
  #busy(): string[] {
    const counts = new Map<string, number>();
    for (const subscription of this.#tasks.values()) counts.set(subscription, (counts.get(subscription) ?? 0) + 1);
    return [...counts].filter(([, lanes]) => lanes >= LANES_OF_EACH).map(([subscription]) => subscription);
  }

  /** Resolves when one of the lanes that are followed is done; never while there is none. */
  wake(): Promise<void> {
    return this.#tasks.size === 0 ? new Promise(() => {}) : Promise.race(this.#tasks.keys());
  }

  async idle(): Promise<void> {
    await Promise.all(this.#tasks.keys());
  }

  async end(): Promise<void> {
    await this.idle();
    this.#sender.close();
  }

  report(): RelayReport {
    return { ...this.#counts };
  }

  #leaseSeconds(): number {
    return (this.#settings.timeoutMs + this.#settings.marginMs) / 1000;
  }

  /** Sends the events of a lane one after the other. What goes wrong here is for the log: the lane comes back by itself. */
  async #follow(lane: Lane): Promise<void> {
    const { db, log } = this.#options;
    try {
      let event = await advance(db, lane, this.#leaseSeconds());
      for (let sent = 0; event !== undefined; sent += 1) {
        if (this.#signal.aborted || sent === MOST_OF_A_LANE) return await release(db, lane);
        const outcome = await this.#send(lane, event);
        if (outcome.kind !== 'TAKEN') return await this.#settleFailure(lane, event, outcome, sent === 0);
        this.#counts.sent += 1;
        event = await advance(db, lane, this.#leaseSeconds(), event.feed_position);
      }
    } catch (error) {
      log?.error({ err: error, subscription: lane.subscription_id }, 'a delivery was not noted; it is repeated');
    }
  }

  async #send(lane: Lane, event: WaitingEvent): Promise<Sent> {
    const owner = secretOwner(lane.tenant_id, lane.subscription_id);
    try {
      const secrets = lane.secrets.map((sealed) => this.#options.box.open(sealed, owner));
      return await this.#sender.send({ url: lane.url, secrets }, eventEnvelope(event));
    } catch (error) {
      return { kind: 'SILENT', error: error instanceof Error ? error.message : String(error) };
    }
  }

  async #settleFailure(
    lane: Lane,
    event: WaitingEvent,
    outcome: Exclude<Sent, { readonly kind: 'TAKEN' }>,
    first: boolean,
  ): Promise<void> {
    const { db, log } = this.#options;
    const { restMs, attempts: most } = this.#settings;
    const { error } = outcome;
    const who = { subscription: lane.subscription_id, event: event.id };
    if (outcome.kind === 'GONE') {
      await stopSubscription(db, lane, event);
      await fail(db, lane, { event, error, attempts: 0, dead: false, againAfterSeconds: 0 });
      log?.warn(who, 'the receiver wants no more events (410); the subscription is stopped');
      return;
    }
    // An event behind one that was just taken starts anew.
    const attempts = (first ? lane.attempts : 0) + 1;
    const dead = attempts >= most;
    const asked = outcome.kind === 'REFUSED' ? (outcome.retryAfterSeconds ?? 0) : 0;
    const againAfterSeconds = Math.max(asked, this.#delayMs(attempts) / 1000);
    const rest = outcome.kind === 'SILENT' ? { restSeconds: restMs / 1000 } : {};
    await fail(db, lane, { event, error, attempts, dead, againAfterSeconds, ...rest });
    this.#counts.failed += 1;
    if (!dead) return;
    this.#counts.dead += 1;
    log?.warn({ ...who, attempts, error }, 'an event was given up: see `prorata events dead-letters`');
  }

  /** Four times as long at each attempt, with jitter, so that receivers who come back are not all called at once. */
  #delayMs(attempts: number): number {
    const { firstDelayMs, longestDelayMs } = this.#settings;
    const whole = Math.min(firstDelayMs * 4 ** (attempts - 1), longestDelayMs);
    return whole / 2 + Math.random() * (whole / 2);
  }
}
