import { type Command, Option } from 'commander';
import { cliProblem } from '../problems.ts';
import { addCommand, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { money, type ReportRow, reportTable, text } from '../terminal/report.ts';
import { FOLDER } from './axes.ts';
import { entryNamed, postingNamed, ruleNamed } from './names.ts';
import { withAnalytic } from './open.ts';
import { said } from './words.ts';

const ENTRY_AND_RULE = ['"ACH 1" CHARGES --dir E', '"ACH 1 2026-10-05" CHARGES@2 --dir E'];

/** The parts of a posting or a preview as rows. */
interface Allocated {
  readonly currency: string;
  readonly result: { readonly totals: Readonly<Record<string, Readonly<Record<string, string>>>> };
}

function partRows({ currency, result }: Allocated): ReportRow[] {
  return Object.entries(result.totals).flatMap(([axis, parts]) =>
    Object.entries(parts).map(([dimension, amount]) => ({ axis, dimension, amount, currency })),
  );
}

function partTable(allocated: Allocated, language: Language): string {
  const fields = [
    text('axis', 'Axis', 'Axe'),
    text('dimension', 'Dimension'),
    money('amount', 'Amount', 'Montant'),
    text('currency', 'Currency', 'Devise'),
  ];
  return reportTable(partRows(allocated), fields, language);
}

/** `prorata analytic preview`: what a run would store; nothing is stored. */
export function previewCommand(analytic: Command, shell: Shell): void {
  addCommand(analytic, shell, {
    name: 'preview <entry> <rule>',
    summary: 'show what a rule would give on an entry, with its explanation; nothing is stored',
    examples: ENTRY_AND_RULE.map((words) => `analytic preview ${words}`),
    dir: FOLDER,
    async run({ arguments: [entry = '', rule = ''], dir, terminal }) {
      const { language } = terminal;
      const preview = await withAnalytic(dir, async (open) => {
        const asked = {
          sourceEntryId: (await entryNamed(open, entry)).id,
          allocationRuleId: (await ruleNamed(open, rule)).id,
        };
        return await open.api.previewAllocation(open.node, open.caller.context, asked, language);
      });
      const document = { ...preview, rows: partRows(preview) };
      return { document, text: [partTable(preview, language), '', ...preview.explanation].join('\n') };
    },
  });
}

/** `prorata analytic run`: a posted rule on a posted entry; once, however often it is asked. */
export function runCommand(analytic: Command, shell: Shell): void {
  addCommand(analytic, shell, {
    name: 'run <entry> <rule>',
    summary: 'split a posted entry by a posted rule; asked again, the answer is the posting that is there',
    examples: ENTRY_AND_RULE.map((words) => `analytic run ${words}`),
    dir: FOLDER,
    async run({ arguments: [entry = '', rule = ''], dir, terminal }) {
      const { language } = terminal;
      const { body, replayed } = await withAnalytic(dir, async (open) => {
        const source = await entryNamed(open, entry);
        const by = await ruleNamed(open, rule, { posted: true });
        const asked = { sourceEntryId: source.id, allocationRuleId: by.id };
        return await open.api.runAllocation(open.node, open.caller, asked);
      });
      const words = replayed
        ? said(language, `Posting ${body.id} was there already.`, `L'imputation ${body.id} existait déjà.`)
        : said(language, `Posting ${body.id} made.`, `Imputation ${body.id} créée.`);
      return { document: { ...body, replayed, rows: partRows(body) }, text: `${words}\n${partTable(body, language)}` };
    },
  });
}

interface OfRule {
  readonly rule?: string;
}
const RULE = new Option('--rule <rule>', 'the rule, where several hold the entry');

/** `prorata analytic explain`: why each amount is what it is. */
export function explainCommand(analytic: Command, shell: Shell): void {
  addCommand<OfRule>(analytic, shell, {
    name: 'explain <posting>',
    summary: 'why each amount of a posting is what it is, in words; a posting is named by its id or its entry',
    examples: ['analytic explain "ACH 1" --dir E', 'analytic explain "ACH 1" --rule CHARGES --lang fr --dir E'],
    dir: FOLDER,
    options: [RULE],
    async run({ argument, dir, options, terminal }) {
      const explained = await withAnalytic(dir, async (open) => {
        const posting = await postingNamed(open, argument, options.rule);
        const told = await open.api.explainPosting(open.node, open.caller.context, posting.id, terminal.language);
        return { ...told, rows: partRows(posting) };
      });
      return { document: explained, text: explained.lines.join('\n') };
    },
  });
}

interface ReverseOptions extends OfRule {
  readonly date?: string;
}

/** `prorata analytic reverse`: a posting is taken back by its mirror. */
export function reverseCommand(analytic: Command, shell: Shell): void {
  addCommand<ReverseOptions>(analytic, shell, {
    name: 'reverse <posting>',
    summary: 'take a posting back by its mirror, dated in an open month; a posting is named by its id or its entry',
    examples: ['analytic reverse "ACH 1" --dir E', 'analytic reverse "ACH 1" --rule CHARGES --date 2026-11-02 --dir E'],
    dir: FOLDER,
    options: [RULE, new Option('--date <day>', 'day of the mirror, YYYY-MM-DD; that of the posting unless told')],
    async run({ argument, dir, options, terminal }) {
      const date = options.date === undefined ? {} : { date: readDay(options.date) };
      const { body } = await withAnalytic(dir, async (open) => {
        const posting = await postingNamed(open, argument, options.rule);
        return await open.api.reversePosting(open.node, open.caller, posting.id, date);
      });
      const { language } = terminal;
      const words = said(
        language,
        `Posting ${body.reverses} reversed by ${body.id}.`,
        `Imputation ${body.reverses} contre-passée par ${body.id}.`,
      );
      return { document: { ...body, rows: partRows(body) }, text: `${words}\n${partTable(body, language)}` };
    },
  });
}

/** @throws Problem `OPTION_INVALID` */
function readDay(day: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(day)) return day;
  throw cliProblem('OPTION_INVALID', `--date ${day} is no day of the calendar, such as 2026-11-02`, { value: day });
}
