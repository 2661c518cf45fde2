import { scopeOf } from '@prorata/platform';
import { type Command, Option } from 'commander';
import { said } from '../analytic/words.ts';
import { cliProblem } from '../problems.ts';
import { addCommand, type Shell } from '../terminal/command.ts';
import { reportTable, state, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { FOLDER, withLedger } from './open.ts';

interface ReasonOption {
  readonly reason: string;
}

/** `prorata ledger months`, `lock`, `unlock`: which months take postings. */
export function monthsCommands(ledger: Command, shell: Shell): void {
  addCommand(ledger, shell, {
    name: 'months [from] [to]',
    summary: 'months that the general ledger or the entity spoke of; every other one is open',
    examples: ['ledger months --dir E', 'ledger months 2026-01 2026-12 --dir E'],
    dir: FOLDER,
    async run({ arguments: months, dir, terminal }) {
      const [from, to] = months.map(readMonth);
      const rows = await withLedger(dir, ({ db, context }, api) =>
        db.transaction(scopeOf(context), (tx) => api.listPeriods(tx, { from, to }), { readOnly: true }),
      );
      return {
        document: { rows },
        text: reportTable(
          rows.map((row) => ({ ...row })),
          FIELDS,
          terminal.language,
        ),
      };
    },
  });
  lockCommand(ledger, shell, 'lock', 'let a month take no postings, beside what the general ledger says');
  lockCommand(ledger, shell, 'unlock', 'take a lock by hand back; a lock of the general ledger stays');
}

const FIELDS = [
  text('month', 'Month', 'Mois'),
  state('state', 'State', 'État'),
  state('gl_state', 'General ledger', 'Comptabilité'),
  text('held', 'By hand', 'À la main'),
  text('reason', 'Reason', 'Motif'),
  text('changed_at', 'Since', 'Depuis'),
];

function lockCommand(ledger: Command, shell: Shell, verb: 'lock' | 'unlock', summary: string): void {
  addCommand<ReasonOption>(ledger, shell, {
    name: `${verb} <month>`,
    summary,
    examples: [`ledger ${verb} 2026-10 --reason "closing of October" --dir E`],
    dir: FOLDER,
    options: [new Option('--reason <text>', 'why, for the audit log and for who meets the lock').makeOptionMandatory()],
    async run({ argument, dir, options, terminal }) {
      const asked = {
        month: readMonth(argument),
        reason: readReason(options.reason),
        method: 'SHELL',
        route: 'ledger',
      };
      const { body } = await withLedger(dir, ({ db, context }, api) =>
        (verb === 'lock' ? api.holdPeriod : api.releasePeriod)(db, context, asked),
      );
      const [en, fr] = body.state === 'LOCKED' ? ['locked', 'verrouillé'] : ['open', 'ouvert'];
      return { document: body, text: said(terminal.language, `${body.month} is ${en}.`, `${body.month} est ${fr}.`) };
    },
  });
}

/** As HTTP takes it. @throws Problem `OPTION_INVALID` */
function readReason(reason: string): string {
  if (reason.length >= 3 && reason.length <= 500 && /\S/.test(reason)) return reason;
  throw cliProblem('OPTION_INVALID', `--reason ${JSON.stringify(reason)}: 3 to 500 characters, and more than blanks`, {
    value: reason,
  });
}
