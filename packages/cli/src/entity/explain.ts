import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { readMonth } from '../terminal/values.ts';
import { withEntity } from './open.ts';

interface ExplainOptions {
  readonly application: string;
}

/** `prorata entity explain`: why an application bears what it bears of the shared costs. */
export function entityExplainCommand(entity: Command, shell: Shell): void {
  addCommand<ExplainOptions>(entity, shell, {
    name: 'explain <month>',
    summary: "an application's part of each shared cost, with everything it was computed from",
    examples: ['entity explain 2025-07 --application "Web Shop" --dir E'],
    dir: "the entity's folder",
    options: [new Option('--application <name>', 'name or code of the application').makeOptionMandatory()],
    async run({ argument, dir, options, terminal }) {
      const month = readMonth(argument);
      const explanation = await withEntity(dir, (node, api) =>
        api.explainIndirect(node, month, options.application, terminal.language),
      );
      const words = explanation.parts.map((part) => part.words);
      const none = terminal.language === 'fr' ? 'Aucune part de coûts partagés.' : 'No part of any shared cost.';
      return { document: explanation, text: words.length === 0 ? none : words.join('\n\n') };
    },
  });
}
