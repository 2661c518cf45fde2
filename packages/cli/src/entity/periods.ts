import type { LateScope, Period, PeriodChange } from '@prorata/finops';
import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { count, money, quantity, reportTable, state, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { withEntity } from './open.ts';

interface ReopenOptions {
  readonly reason: string;
}

interface AdjustOptions {
  readonly into?: string;
  readonly withdraw?: boolean;
}

interface PeriodsOptions {
  readonly history?: string | true;
}

/** `prorata entity periods|close|lock|reopen|adjust`: the states of months, and what comes too late. */
export function entityPeriodCommands(entity: Command, shell: Shell): void {
  periodsCommand(entity, shell);
  for (const verb of ['close', 'lock'] as const) stateCommand(entity, shell, verb);
  reopenCommand(entity, shell);
  adjustCommand(entity, shell);
  adjustmentsCommand(entity, shell);
}

function periodsCommand(entity: Command, shell: Shell): void {
  addCommand<PeriodsOptions>(entity, shell, {
    name: 'periods',
    summary: 'every month with its state, and what waits for it',
    examples: ['entity periods --dir E', 'entity periods --history 2025-07 --dir E'],
    dir: "the entity's folder",
    options: [new Option('--history [month]', 'who closed, locked and reopened months, when and why')],
    async run({ dir, options, terminal }) {
      if (options.history === undefined) {
        const listed = await withEntity(dir, (node, api) => api.listPeriods(node));
        return { document: listed, text: periodsText(listed.rows, terminal.language) };
      }
      const month = options.history === true ? undefined : readMonth(options.history);
      const history = await withEntity(dir, (node, api) => api.periodHistory(node, month));
      const fields = [
        text('month', 'Month', 'Mois'),
        state('from_state', 'From', 'De'),
        state('to_state', 'To', 'À'),
        text('reason', 'Reason', 'Motif'),
        text('changed_at', 'At', 'Le'),
        text('changed_by', 'By', 'Par'),
      ];
      const rows = history.rows.map((row) => ({ ...row }));
      return { document: history, text: reportTable(rows, fields, terminal.language) };
    },
  });
}

function periodsText(periods: readonly Period[], language: Language): string {
  const rows = periods.flatMap(({ totals, ...period }) =>
    (totals.length === 0 ? [{}] : totals).map((total) => ({
      ...period,
      ...total,
      waiting: period.waiting.length,
      booked_in: period.booked_in.map((one) => one.period_month).join(', ') || null,
      carries: period.carries.map((one) => one.adjusts_month).join(', ') || null,
    })),
  );
  const fields = [
    text('period_month', 'Month', 'Mois'),
    state('state', 'State', 'État'),
    text('view', 'View', 'Grille'),
    count('facts', 'Facts', 'Faits'),
    money('cost_effective', 'Effective', 'Effectif'),
    money('cost_billed', 'Billed', 'Facturé'),
    text('currency', 'Currency', 'Devise'),
    count('waiting', 'Waiting', 'En attente'),
    text('booked_in', 'Booked in', 'Reporté sur'),
    text('carries', 'Carries', 'Porte'),
  ];
  const waiting = periods.flatMap((period) => period.waiting);
  const heading = language === 'fr' ? 'Arrivé après la clôture :' : 'Came after closing:';
  return [
    reportTable(rows, fields, language),
    ...(waiting.length === 0 ? [] : ['', heading, lateTable(waiting, language)]),
  ].join('\n');
}

function lateTable(late: readonly LateScope[], language: Language): string {
  const fields = [
    text('month', 'Month', 'Mois'),
    text('file', 'File', 'Fichier'),
    text('source', 'Source'),
    text('billing_account', 'Account', 'Compte'),
    count('rows', 'Rows', 'Lignes'),
    money('cost_effective', 'Effective', 'Effectif', { total: true }),
    money('cost_billed', 'Billed', 'Facturé', { total: true }),
    text('currency', 'Currency', 'Devise'),
  ];
  return reportTable(
    late.map((one) => ({ ...one })),
    fields,
    language,
  );
}

function stateCommand(entity: Command, shell: Shell, verb: 'close' | 'lock'): void {
  addCommand(entity, shell, {
    name: `${verb} <month>`,
    summary:
      verb === 'close'
        ? 'close a month: its costs are frozen with the Pricing View that valued them'
        : 'lock a closed month: only an administrator reopens it',
    examples: [`entity ${verb} 2025-07 --dir E`],
    dir: "the entity's folder",
    async run({ argument, dir, terminal }) {
      const month = readMonth(argument);
      const change = await withEntity(dir, (node, api) =>
        verb === 'close' ? api.closeMonth(node, month) : api.lockMonth(node, month),
      );
      return { document: change, text: changeText(change, terminal.language) };
    },
  });
}

function reopenCommand(entity: Command, shell: Shell): void {
  addCommand<ReopenOptions>(entity, shell, {
    name: 'reopen <month>',
    summary: 'open a closed month again; what waited for it is taken in, and it is to be run again',
    examples: ['entity reopen 2025-07 --reason "An invoice was missing" --dir E'],
    dir: "the entity's folder",
    options: [new Option('--reason <text>', 'why; kept with the change and in the audit log').makeOptionMandatory()],
    async run({ argument, dir, options, terminal }) {
      const month = readMonth(argument);
      const change = await withEntity(dir, (node, api) => api.reopenMonth(node, month, options.reason));
      return { document: change, text: changeText(change, terminal.language) };
    },
  });
}

function changeText(change: PeriodChange, language: Language): string {
  const { period_month: month, state, changed, frozen, taken } = change;
  const fields = [
    text('currency', 'Currency', 'Devise'),
    count('rows', 'Facts', 'Faits'),
    money('cost_effective', 'Effective', 'Effectif'),
    money('cost_billed', 'Billed', 'Facturé'),
    money('cost_standard', 'Standard', 'Standard'),
  ];
  return [
    `${month} is ${state}${changed ? '' : ' already'}${frozen?.view ? `, valued with ${frozen.view}` : ''}.`,
    ...(frozen === null
      ? []
      : [
          reportTable(
            frozen.totals.map((total) => ({ ...total })),
            fields,
            language,
          ),
        ]),
    ...(taken.length === 0 ? [] : ['Taken in, run the month again:', lateTable(taken, language)]),
  ].join('\n');
}

function adjustCommand(entity: Command, shell: Shell): void {
  addCommand<AdjustOptions>(entity, shell, {
    name: 'adjust <month>',
    summary: 'book what came too late for a closed month in an open one',
    examples: [
      'entity adjust 2025-07 --dir E',
      'entity adjust 2025-07 --into 2025-10 --dir E',
      'entity adjust 2025-07 --withdraw --dir E',
    ],
    dir: "the entity's folder",
    options: [
      new Option('--into <month>', 'the open month that carries the difference; the first one unless told'),
      new Option('--withdraw', 'take the booked corrections back: their files wait again').conflicts('into'),
    ],
    async run({ argument, dir, options }) {
      const month = readMonth(argument);
      if (options.withdraw === true) {
        const back = await withEntity(dir, (node, api) => api.withdrawAdjustments(node, month));
        const months = [...new Set(back.withdrawn.map((one) => one.period_month))].join(', ');
        return { document: back, text: `Corrections of ${month} are withdrawn from ${months}: run it again.` };
      }
      const into = options.into === undefined ? undefined : readMonth(options.into);
      const [done, amount] = await withEntity(dir, async (node, api) => {
        const booked = await api.adjustMonth(node, month, { into });
        return [booked, booked.adjustments.map(api.moneyWords).join('; ')] as const;
      });
      return {
        document: done,
        text: `${done.period_month} carries the correction of ${month}: ${amount} on ${done.lines} lines. Run it again.`,
      };
    },
  });
}

function adjustmentsCommand(entity: Command, shell: Shell): void {
  addCommand(entity, shell, {
    name: 'adjustments <month>',
    summary: 'corrections of closed months that a month carries, line by line',
    examples: ['entity adjustments 2025-10 --dir E'],
    dir: "the entity's folder",
    async run({ argument, dir, terminal }) {
      const month = readMonth(argument);
      const report = await withEntity(dir, (node, api) => api.reportAdjustments(node, month));
      const fields = [
        text('adjusts_month', 'Corrects', 'Corrige'),
        text('adjusted_type', 'Type'),
        text('application_id', 'Application'),
        text('product_id', 'Product', 'Produit'),
        text('environment', 'Env.'),
        quantity('quantity', 'Quantity', 'Quantité'),
        text('unit', 'Unit', 'Unité'),
        money('cost_effective', 'Effective', 'Effectif', { total: true }),
        money('cost_billed', 'Billed', 'Facturé', { total: true }),
        text('currency', 'Currency', 'Devise'),
      ];
      const rows = report.rows.map((row) => ({ ...row }));
      return { document: report, text: reportTable(rows, fields, terminal.language) };
    },
  });
}
