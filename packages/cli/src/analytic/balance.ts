import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { money, reportTable, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { FOLDER } from './axes.ts';
import { axisNamed, dimensionNamed } from './names.ts';
import { withAnalytic } from './open.ts';
import { said } from './words.ts';

interface BalanceOptions {
  readonly axis: string;
  readonly from: string;
  readonly to?: string;
  readonly dimension?: string;
  readonly view: 'tree' | 'accounts';
  readonly csv?: boolean;
}

/** `prorata analytic balance`: what an axis bears, tied to the ledger. */
export function balanceCommand(analytic: Command, shell: Shell): void {
  addCommand<BalanceOptions>(analytic, shell, {
    name: 'balance',
    summary: 'what an axis bears by dimension and month, tied to the ledger by account',
    examples: [
      'analytic balance --axis COST_CENTER --from 2026-10 --dir E',
      'analytic balance --axis COST_CENTER --from 2026-01 --to 2026-12 --view accounts --csv --dir E',
    ],
    dir: FOLDER,
    options: [
      new Option('--axis <axis>', 'code or id of the axis').makeOptionMandatory(),
      new Option('--from <month>', 'first month, YYYY-MM').makeOptionMandatory(),
      new Option('--to <month>', 'last month, YYYY-MM; the first one unless told'),
      new Option('--dimension <dimension>', 'only this dimension and what is below'),
      new Option('--view <view>', 'the tree of dimensions, or the accounts against the ledger')
        .choices(['tree', 'accounts'])
        .default('tree'),
      new Option('--csv', 'write the view as CSV instead of a table'),
    ],
    async run({ dir, options, terminal }) {
      const from = readMonth(options.from);
      const { csv, balance } = await withAnalytic(dir, async (open) => {
        const axis = (await axisNamed(open, options.axis)).code;
        const { dimension } = options;
        const below = dimension === undefined ? {} : { dimension: (await dimensionNamed(open, dimension, axis)).code };
        const query = { axis, from, to: readMonth(options.to ?? from), ...below };
        const found = await open.api.analyticBalance(open.node, open.caller.context, query);
        return { balance: found, csv: open.api.balanceCsv(found, options.view) };
      });
      if (options.csv === true) return { document: balance, text: csv.replace(/\r\n$/, '') };
      const { currency, ledger, allocated, unallocated } = balance;
      const rows = (options.view === 'tree' ? balance.rows : balance.accounts).map((row) => ({ ...row, currency }));
      const { language } = terminal;
      const tie = [{ ledger, allocated, unallocated, currency }];
      const heading = said(language, 'Against the ledger:', 'Rapprochement avec la comptabilité :');
      const table = reportTable(rows, options.view === 'tree' ? TREE : ACCOUNTS, language);
      return { document: balance, text: [table, '', heading, reportTable(tie, TIE, language)].join('\n') };
    },
  });
}

const TREE = [
  text('dimension', 'Dimension'),
  text('parent', 'Below', 'Sous'),
  text('period_month', 'Month', 'Mois'),
  money('own', 'Own', 'Propre'),
  money('total', 'With what is below', 'Avec ce qui est dessous'),
  text('currency', 'Currency', 'Devise'),
];
const TIE = [
  money('ledger', 'Ledger', 'Comptabilité'),
  money('allocated', 'Allocated', 'Ventilé'),
  money('unallocated', 'Not allocated', 'Non ventilé'),
  text('currency', 'Currency', 'Devise'),
];
const ACCOUNTS = [text('account', 'Account', 'Compte'), text('account_label', 'Label', 'Libellé'), ...TIE];
