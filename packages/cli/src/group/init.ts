import type { initGroup } from '@prorata/group';
import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { readCode, readCurrency } from '../terminal/values.ts';

interface InitOptions {
  readonly tenant: string;
  readonly currency: string;
  readonly label?: string;
  readonly deployment: 'prod' | 'test';
}

/** `prorata group init`: a group node with its tenant, its key and the FOCUS service categories as first references. */
export function groupInitCommand(group: Command, shell: Shell): void {
  addCommand<InitOptions>(group, shell, {
    name: 'init',
    summary: 'make a group node in a folder',
    examples: ['group init --dir G --tenant HELIOS --currency EUR --label "Helios Group"'],
    dir: 'folder of the new node',
    options: [
      new Option('--tenant <code>', 'code of the group of companies, such as HELIOS').makeOptionMandatory(),
      new Option('--currency <code>', "currency of the group's reports, ISO 4217").makeOptionMandatory(),
      new Option('--label <text>', 'name of the group'),
      new Option('--deployment <kind>', 'prod and test never mix').choices(['prod', 'test']).default('prod'),
    ],
    async run({ dir, options, terminal }) {
      const group = await import('@prorata/group');
      const node = await group.initGroup({
        dir,
        tenantCode: readCode(options.tenant),
        currency: readCurrency(options.currency),
        deployment: options.deployment,
        ...(options.label === undefined ? {} : { label: options.label }),
      });
      const { config } = node;
      await node.close();
      return {
        document: {
          dir,
          node_id: config.node_id,
          tenant: config.tenant,
          currency: config.currency,
          deployment: config.deployment,
        },
        text: WORDS[terminal.language](config, dir).join('\n'),
      };
    },
  });
}

type Config = Awaited<ReturnType<typeof initGroup>>['config'];

const WORDS: Readonly<Record<Language, (config: Config, dir: string) => string[]>> = {
  en: ({ tenant, currency }, dir) => [
    `Group node ${tenant.code} (${tenant.label}) in ${dir}, reports in ${currency}.`,
    'Next: enrol an entity with `prorata group enrol`, and import exchange rates with `prorata group fx import`.',
  ],
  fr: ({ tenant, currency }, dir) => [
    `Nœud du groupe ${tenant.code} (${tenant.label}) dans ${dir}, rapports en ${currency}.`,
    'Ensuite : inscrire une entité par `prorata group enrol`, et reprendre des taux par `prorata group fx import`.',
  ],
};
