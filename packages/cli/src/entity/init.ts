import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { readCode, readCurrency } from '../terminal/values.ts';

interface InitOptions {
  readonly code: string;
  readonly label: string;
  readonly country: string;
  readonly currency: string;
  readonly deployment: 'prod' | 'test';
}

/** `prorata entity init`: an entity node with its key pair, its enrolment and a mapping to edit. */
export function entityInitCommand(entity: Command, shell: Shell): void {
  addCommand<InitOptions>(entity, shell, {
    name: 'init',
    summary: 'make an entity node in a folder, with its key pair and a mapping to edit',
    examples: ['entity init --dir E --code FR01 --label "Helios France" --country FR --currency EUR'],
    dir: 'folder of the new node',
    options: [
      new Option('--code <code>', 'code of the legal entity, such as FR01').makeOptionMandatory(),
      new Option('--label <text>', 'name of the legal entity').makeOptionMandatory(),
      new Option('--country <code>', 'ISO 3166-1, such as FR').makeOptionMandatory(),
      new Option('--currency <code>', 'currency of its books, ISO 4217').makeOptionMandatory(),
      new Option('--deployment <kind>', 'prod and test never mix').choices(['prod', 'test']).default('prod'),
    ],
    async run({ dir, options }) {
      const { initEntity } = await import('@prorata/finops');
      const made = await initEntity({
        dir,
        code: readCode(options.code),
        label: options.label,
        country: options.country,
        currency: readCurrency(options.currency),
        deployment: options.deployment,
      });
      return {
        document: made,
        text: [
          `Entity node ${made.code} in ${dir}.`,
          `Fingerprint: ${made.fingerprint}`,
          `Next: send ${made.enrolment} to the group and read the fingerprint to its operator; look at ${made.mapping}.`,
        ].join('\n'),
      };
    },
  });
}
