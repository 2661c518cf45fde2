import { readFile } from 'node:fs/promises';
import {
  changeSubscription,
  listSubscriptions,
  retireSecrets,
  rotateSecret,
  type Subscription,
  subscribe,
  unsubscribe,
} from '@prorata/platform';
import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { count, reportTable, state, text } from '../terminal/report.ts';
import { readId, readPath } from '../terminal/values.ts';
import { callerOf, readEvents, withEvents } from './events-node.ts';

const DIR = "the node's folder";

interface SubscribeOptions {
  readonly event: readonly string[];
  readonly allEntities?: boolean;
  readonly secretFile?: string;
}

/** `prorata events subscribe`, `subscriptions`, `pause`, `resume`, `rotate`, `retire`, `unsubscribe`: who is told of events. */
export function subscriptionCommands(events: Command, shell: Shell): void {
  subscribeCommand(events, shell);
  addCommand(events, shell, {
    name: 'subscriptions',
    summary: 'who is told of which events, and how far behind they are',
    examples: ['events subscriptions --dir G'],
    dir: DIR,
    async run({ dir, terminal }) {
      const rows = await withEvents(dir, ({ webhooks, operator }) => listSubscriptions(webhooks, operator));
      const fields = [
        text('id', 'Subscription', 'Abonnement'),
        state('state', 'State', 'État'),
        text('url', 'To', 'Vers'),
        text('events', 'Events', 'Événements'),
        count('behind', 'Behind', 'En retard'),
        count('dead', 'Given up', 'Abandonnés'),
      ];
      const lines = rows.map((row) => ({ ...row, events: row.events.join(', ') }));
      return { document: { rows }, text: reportTable(lines, fields, terminal.language) };
    },
  });
  stateCommand(events, shell, 'pause', 'PAUSED', 'keep the events of a subscription waiting');
  stateCommand(events, shell, 'resume', 'ACTIVE', 'send the events of a subscription again, those that waited first');
  secretCommands(events, shell);
  addCommand(events, shell, {
    name: 'unsubscribe <subscription>',
    summary: 'remove a subscription, and with it what it was still to be told',
    examples: ['events unsubscribe 0199c1f0-0000-7000-8000-000000000000 --dir G'],
    dir: DIR,
    async run({ argument, dir }) {
      const removed = await withEvents(dir, async (node) => {
        const answer = await unsubscribe(node.webhooks, callerOf(node, 'unsubscribe'), readId(argument));
        return answer.body;
      });
      return { document: removed, text: `The subscription ${removed.id} is removed.` };
    },
  });
}

function subscribeCommand(events: Command, shell: Shell): void {
  addCommand<SubscribeOptions>(events, shell, {
    name: 'subscribe <url>',
    summary: 'send events to an address from now on, signed as Standard Webhooks asks',
    examples: ["events subscribe https://example.com/hook --event 'GROUP.PUBLICATION.*' --all-entities --dir G"],
    dir: DIR,
    options: [
      new Option('--event <name...>', 'names of events, or beginnings such as ANALYTIC.*').default(
        ['*'],
        'all of them',
      ),
      new Option('--secret-file <path>', 'a secret that the receiver gave; a new one is made unless told'),
      new Option('--all-entities', 'on a group node: the events of all entities, not of the group as a whole only'),
    ],
    async run({ argument, dir, options }) {
      const given = options.secretFile === undefined ? undefined : await readFile(readPath(options.secretFile), 'utf8');
      const input = {
        url: argument,
        events: readEvents(options.event) ?? ['*'],
        all_entities: options.allEntities === true,
        ...(given === undefined ? {} : { secret: given.trim() }),
      };
      const made = await withEvents(dir, async (node) => {
        const answer = await subscribe(node.webhooks, callerOf(node, 'subscribe'), input);
        return answer.body;
      });
      return { document: made, text: `${made.id} is subscribed.\nSecret, told once: ${made.secret}` };
    },
  });
}

function stateCommand(
  events: Command,
  shell: Shell,
  word: 'pause' | 'resume',
  state: 'ACTIVE' | 'PAUSED',
  summary: string,
): void {
  addCommand(events, shell, {
    name: `${word} <subscription>`,
    summary,
    examples: [`events ${word} 0199c1f0-0000-7000-8000-000000000000 --dir G`],
    dir: DIR,
    async run({ argument, dir }) {
      const changed = await withEvents(dir, async (node): Promise<Subscription> => {
        const answer = await changeSubscription(node.webhooks, callerOf(node, word), readId(argument), { state });
        return answer.body;
      });
      return { document: changed, text: `The subscription ${changed.id} is ${changed.state.toLowerCase()}.` };
    },
  });
}

function secretCommands(events: Command, shell: Shell): void {
  addCommand(events, shell, {
    name: 'rotate <subscription>',
    summary: 'make a new secret; the one before signs as well until `retire`',
    examples: ['events rotate 0199c1f0-0000-7000-8000-000000000000 --dir G'],
    dir: DIR,
    async run({ argument, dir }) {
      const made = await withEvents(dir, async (node) => {
        const answer = await rotateSecret(node.webhooks, callerOf(node, 'rotate'), readId(argument));
        return answer.body;
      });
      return { document: made, text: `Secret, told once: ${made.secret}` };
    },
  });
  addCommand(events, shell, {
    name: 'retire <subscription>',
    summary: 'end a rotation: only the newest secret signs',
    examples: ['events retire 0199c1f0-0000-7000-8000-000000000000 --dir G'],
    dir: DIR,
    async run({ argument, dir }) {
      const changed = await withEvents(dir, async (node): Promise<Subscription> => {
        const answer = await retireSecrets(node.webhooks, callerOf(node, 'retire'), readId(argument));
        return answer.body;
      });
      return { document: changed, text: `One secret signs for ${changed.id}.` };
    },
  });
}
