import type { initEntity } from '@prorata/finops';
import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
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
    async run({ dir, options, terminal }) {
      const finops = await import('@prorata/finops');
      const made = await finops.initEntity({
        dir,
        code: readCode(options.code),
        label: options.label,
        country: options.country,
        currency: readCurrency(options.currency),
        deployment: options.deployment,
      });
      return {
        document: made,
        text: WORDS[terminal.language](made, dir).join('\n'),
      };
    },
  });
}

type Made = Awaited<ReturnType<typeof initEntity>>;

const WORDS: Readonly<Record<Language, (made: Made, dir: string) => string[]>> = {
  en: ({ code, fingerprint, enrolment, mapping }, dir) => [
    `Entity node ${code} in ${dir}.`,
    `Fingerprint: ${fingerprint}`,
    `Next: send ${enrolment} to the group and read the fingerprint to its operator; look at ${mapping}.`,
  ],
  fr: ({ code, fingerprint, enrolment, mapping }, dir) => [
    `Nœud de l'entité ${code} dans ${dir}.`,
    `Empreinte : ${fingerprint}`,
    `Ensuite : envoyer ${enrolment} au groupe et lire l'empreinte à son opérateur ; regarder ${mapping}.`,
  ],
};
