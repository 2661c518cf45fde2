import { type DeadLetterFate, deadLetters, readFeed, relayOnce, settleDeadLetters } from '@prorata/platform';
import { type Command, Option } from 'commander';
import { cliProblem } from '../problems.ts';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, reportTable, text } from '../terminal/report.ts';
import { readId } from '../terminal/values.ts';
import { callerOf, readEvents, relayUntilStopped, withEvents } from './events-node.ts';
import { subscriptionCommands } from './events-subscriptions.ts';

const DIR = "the node's folder";

interface ListOptions {
  readonly after?: string;
  readonly limit: string;
  readonly event?: readonly string[];
}

/** `prorata events …`: what happened here, who is told of it, and what could not be told. */
export function eventCommands(program: Command, shell: Shell): void {
  const events = addGroup(program, 'events', 'what happened here, and who is told of it');
  listCommand(events, shell);
  subscriptionCommands(events, shell);
  deadLettersCommand(events, shell);
  fateCommand(events, shell, 'replay', 'try a dead letter again, or all of them; what waits behind follows');
  fateCommand(events, shell, 'discard', 'pass a dead letter over for good, or all of them; what waits behind goes on');
  relayCommand(events, shell);
}

function listCommand(events: Command, shell: Shell): void {
  addCommand<ListOptions>(events, shell, {
    name: 'list',
    summary: 'events in the order in which they were published, from a place on',
    examples: ['events list --dir G', "events list --event 'GROUP.PUBLICATION.*' --limit 20 --dir G"],
    dir: DIR,
    options: [
      new Option('--after <cursor>', '"next" of an earlier answer; from the oldest event that is kept unless told'),
      new Option('--limit <number>', 'most events, 1 to 1000').default('100'),
      new Option('--event <name...>', 'names of events, or beginnings such as ANALYTIC.*'),
    ],
    async run({ dir, options, terminal }) {
      const limit = readLimit(options.limit);
      const page = await withEvents(dir, ({ webhooks, operator }) =>
        readFeed(
          webhooks.db,
          operator,
          { after: options.after, limit, events: readEvents(options.event), names: webhooks.names },
          webhooks.reach,
        ),
      );
      const fields = [
        text('timestamp', 'At', 'Le'),
        text('event', 'Event', 'Événement'),
        text('entity_id', 'About', 'Objet'),
        text('id', 'Id'),
      ];
      const rows = page.events.map((event) => ({ ...event }));
      const more = page.more ? `\nMore: --after ${page.next}` : '';
      return { document: page, text: `${reportTable(rows, fields, terminal.language)}${more}` };
    },
  });
}

function readLimit(limit: string): number {
  if (/^[1-9]\d{0,3}$/.test(limit) && Number(limit) <= 1000) return Number(limit);
  throw cliProblem('OPTION_INVALID', `--limit ${limit} is not a whole number from 1 to 1000`, { value: limit });
}

function deadLettersCommand(events: Command, shell: Shell): void {
  addCommand<{ readonly after?: string }>(events, shell, {
    name: 'dead-letters',
    summary: 'events that a receiver did not take however often they were tried; later events of the same thing wait',
    examples: ['events dead-letters --dir G'],
    dir: DIR,
    options: [new Option('--after <id>', '"next" of the page before')],
    async run({ dir, options, terminal }) {
      const page = await withEvents(dir, ({ webhooks, operator }) => deadLetters(webhooks, operator, options.after));
      const fields = [
        text('id', 'Dead letter', 'Lettre morte'),
        text('event', 'Event', 'Événement'),
        text('entity_id', 'About', 'Objet'),
        text('url', 'To', 'Vers'),
        count('attempts', 'Attempts', 'Essais'),
        text('last_error', 'Last error', 'Dernière erreur'),
      ];
      const rows = page.rows.map((row) => ({ ...row }));
      return { document: page, text: reportTable(rows, fields, terminal.language) };
    },
  });
}

function fateCommand(events: Command, shell: Shell, fate: DeadLetterFate, summary: string): void {
  addCommand<{ readonly all?: boolean }>(events, shell, {
    name: `${fate} [dead-letter]`,
    summary,
    examples: [`events ${fate} --all --dir G`],
    dir: DIR,
    options: [new Option('--all', 'all dead letters of the node')],
    async run({ argument, dir, options }) {
      const all = options.all === true;
      if ((argument === '') !== all)
        throw cliProblem('USAGE', `name one dead letter, or give --all to ${fate} them all`);
      const id = all ? undefined : readId(argument);
      const { settled } = await withEvents(dir, async (node) => {
        const answer = await settleDeadLetters(node.webhooks, callerOf(node, fate), fate, id);
        return answer.body;
      });
      const what = fate === 'replay' ? 'tried again' : 'passed over';
      return {
        document: { settled },
        text: `${settled} ${settled === 1 ? 'dead letter is' : 'dead letters are'} ${what}.`,
      };
    },
  });
}

function relayCommand(events: Command, shell: Shell): void {
  addCommand<{ readonly once?: boolean }>(events, shell, {
    name: 'relay',
    summary: 'publish events and send them to subscribers, as `prorata serve` does; ends with SIGTERM or Ctrl-C',
    examples: ['events relay --once --dir G'],
    dir: DIR,
    options: [new Option('--once', 'what is due now, and no more')],
    async run({ dir, options, terminal }) {
      if (options.once !== true) {
        terminal.note('Relaying events; Ctrl-C stops it.');
        return await relayUntilStopped(dir);
      }
      return await withEvents(dir, async ({ webhooks, config }) => {
        const relaying = { ...webhooks, tenants: () => [config.tenant.id] };
        const report = await relayOnce(relaying);
        const { published, sent, failed, dead } = report;
        const lines = `${published} published, ${sent} sent, ${failed} failed, ${dead} given up.`;
        return { document: report, text: lines };
      });
    },
  });
}
