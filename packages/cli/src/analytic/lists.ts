import { scopeOf } from '@prorata/platform';
import { type Command, Option } from 'commander';
import { cliProblem } from '../problems.ts';
import { addCommand, type Shell } from '../terminal/command.ts';
import { money, reportTable, state, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { FOLDER } from './axes.ts';
import { dimensionNamed, entryNamed, ruleNamed } from './names.ts';
import { withAnalytic } from './open.ts';

interface EntriesOptions {
  readonly journal?: string;
  readonly account?: string;
  readonly status?: 'DRAFT' | 'POSTED' | 'REVERSED';
  readonly limit: string;
  readonly after?: string;
}

/** `prorata analytic entries`: what the ledger holds, by the names that other commands take. */
export function entriesCommand(analytic: Command, shell: Shell): void {
  addCommand<EntriesOptions>(analytic, shell, {
    name: 'entries [month]',
    summary: 'the entries of the ledger, of one month or of all',
    examples: ['analytic entries 2026-10 --dir E', 'analytic entries 2026-10 --account 6 --status POSTED --dir E'],
    dir: FOLDER,
    options: [
      new Option('--journal <code>', 'code of a journal'),
      new Option('--account <beginning>', 'first characters of an account'),
      new Option('--status <status>', 'state of the entry').choices(['DRAFT', 'POSTED', 'REVERSED']),
      ...PAGE_OPTIONS,
    ],
    async run({ argument, dir, options, terminal }) {
      const month = argument === '' ? undefined : readMonth(argument);
      const { journal, account, status, after } = options;
      const query = { from: month, to: month, journal, account, status, after, limit: readLimit(options.limit) };
      const page = await withAnalytic(dir, async ({ node }) => {
        const { listEntries } = await import('@prorata/ledger');
        return await node.db.transaction(scopeOf(node.operator), (tx) => listEntries(tx, query), { readOnly: true });
      });
      const rows = page.rows.map((row) => ({ entry: `${row.journal_code} ${row.entry_number}`, ...row }));
      return { document: { rows, next: page.next }, text: reportTable(rows, ENTRY_FIELDS, terminal.language) };
    },
  });
}

export const PAGE_OPTIONS: readonly Option[] = [
  new Option('--limit <number>', 'most rows, 1 to 500').default('200'),
  new Option('--after <cursor>', 'goes on behind a page: its "next"'),
];

/** @throws Problem `OPTION_INVALID` */
export function readLimit(limit: string): number {
  if (/^[1-9]\d{0,2}$/.test(limit) && Number(limit) <= 500) return Number(limit);
  throw cliProblem('OPTION_INVALID', `--limit ${limit} is not a whole number from 1 to 500`, { value: limit });
}

const ENTRY_FIELDS = [
  text('entry', 'Entry', 'Écriture'),
  text('accounting_date', 'Date'),
  state('status', 'Status', 'État'),
  text('kind', 'Kind', 'Nature'),
  money('debit', 'Amount', 'Montant'),
  text('currency', 'Currency', 'Devise'),
];

interface PostingsOptions {
  readonly entry?: string;
  readonly rule?: string;
  readonly month?: string;
  readonly axis?: string;
  readonly dimension?: string;
  readonly limit: string;
  readonly after?: string;
}

/** `prorata analytic postings`: what was allocated, by entry, rule, month and dimension. */
export function postingsCommand(analytic: Command, shell: Shell): void {
  addCommand<PostingsOptions>(analytic, shell, {
    name: 'postings',
    summary: 'what was allocated, by entry, rule, month and dimension',
    examples: [
      'analytic postings --month 2026-10 --dir E',
      'analytic postings --axis COST_CENTER --dimension CC-100 --month 2026-10 --dir E',
      'analytic postings --entry "ACH 1" --rule CHARGES --dir E',
    ],
    dir: FOLDER,
    options: [
      new Option('--entry <entry>', 'journal and number, or id'),
      new Option('--rule <rule>', 'code, CODE@version or id'),
      new Option('--month <month>', 'YYYY-MM'),
      new Option('--axis <axis>', 'axis of the dimension'),
      new Option('--dimension <dimension>', 'code or id'),
      ...PAGE_OPTIONS,
    ],
    async run({ dir, options, terminal }) {
      const { month, after } = options;
      const page = await withAnalytic(dir, async (open) => {
        const { entry, rule, axis, dimension } = options;
        const source = entry === undefined ? undefined : (await entryNamed(open, entry)).id;
        const by = rule === undefined ? undefined : (await ruleNamed(open, rule, { posted: true })).id;
        const on = dimension === undefined ? undefined : (await dimensionNamed(open, dimension, axis)).id;
        return await open.api.listPostings(open.node, open.caller.context, {
          ...(source === undefined ? {} : { source_entry_id: source }),
          ...(by === undefined ? {} : { allocation_rule_id: by }),
          ...(on === undefined ? {} : { dimension_id: on }),
          ...(month === undefined ? {} : { month: readMonth(month) }),
          ...(after === undefined ? {} : { after }),
          limit: readLimit(options.limit),
        });
      });
      const rows = page.rows.map(({ result, ...row }) => ({
        ...row,
        rule: `${result.rule.rule_code}@${result.rule.version}`,
        amount: result.amount,
        totals: result.totals,
      }));
      return { document: { rows, next: page.next }, text: reportTable(rows, POSTING_FIELDS, terminal.language) };
    },
  });
}

const POSTING_FIELDS = [
  text('id', 'Posting', 'Imputation'),
  text('rule', 'Rule', 'Règle'),
  text('posting_date', 'Date'),
  state('status', 'Status', 'État'),
  money('amount', 'Amount', 'Montant'),
  text('currency', 'Currency', 'Devise'),
];
