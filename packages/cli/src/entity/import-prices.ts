import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { readCurrency, readMonth, readPath } from '../terminal/values.ts';
import { withEntity } from './open.ts';

interface PricesOptions {
  readonly view: string;
  readonly version?: string;
  readonly currency?: string;
  readonly from?: string;
  readonly to?: string;
  readonly publish?: boolean;
}

/** `prorata entity import prices`: a price list as a version of a Pricing View. */
export function entityImportPricesCommand(parent: Command, shell: Shell): void {
  addCommand<PricesOptions>(parent, shell, {
    name: 'prices <file>',
    summary: 'take a price list (product, unit, unit_price, currency): CSV, Parquet, JSON',
    examples: [
      'entity import prices tariff-2025.csv --view STANDARD --publish --dir E',
      'entity import prices draft.csv --view STANDARD --version 2 --dir E',
    ],
    dir: "the entity's folder",
    options: [
      new Option('--view <code>', 'code of the Pricing View, such as STANDARD').makeOptionMandatory(),
      new Option('--version <n>', 'version to write, a draft; the next one unless told'),
      new Option('--currency <code>', "currency of the prices; the entity's unless told"),
      new Option('--from <month>', 'first month that the view may value without a line in the calendar'),
      new Option('--to <month>', 'last such month'),
      new Option('--publish', 'publish it at once: it never changes again'),
    ],
    async run({ argument, dir, options }) {
      const { view, version, currency, from, to, publish } = options;
      const input = {
        path: readPath(argument),
        view: version === undefined ? view : `${view}@${version}`,
        currency: currency === undefined ? undefined : readCurrency(currency),
        validFrom: from === undefined ? undefined : readMonth(from),
        validTo: to === undefined ? undefined : readMonth(to),
        publish,
      };
      const imported = await withEntity(dir, (node, api) => api.importPrices(node, input));
      const { code, version: number, lines, status, revalued, notices } = imported;
      const state = imported.imported ? status.toLowerCase() : `${status.toLowerCase()}, known already`;
      return {
        document: imported,
        text: [
          `${code}@${number}: ${lines} prices in ${imported.currency}, ${state}.`,
          ...(revalued.length === 0 ? [] : [`Open months with new values: ${revalued.join(', ')}.`]),
          ...notices.map((notice) => `· ${notice.code}: ${notice.detail}`),
        ].join('\n'),
      };
    },
  });
}
