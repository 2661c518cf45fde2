import type { Command } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';

/** `prorata entity keys rotate`: the entity's own key over time. */
export function entityKeysCommands(entity: Command, shell: Shell): void {
  addCommand(addGroup(entity, 'keys', "the entity's signing key over time"), shell, {
    name: 'rotate',
    summary: 'sign with a new key from now on, and write the statement that hands over to it',
    examples: ['entity keys rotate --dir E'],
    dir: "the entity's folder",
    async run({ dir }) {
      const { rotateEntityKey } = await import('./rotate-key.ts');
      const rotated = await rotateEntityKey(dir);
      return {
        document: rotated,
        text: [
          `${rotated.entity} signs with ${rotated.kid} from now on (fingerprint ${rotated.fingerprint}).`,
          `Next: \`prorata group keys rotate ${rotated.statement}\` on the group's node, before the next bundle arrives.`,
          ...(rotated.earlier === null
            ? []
            : [`If the group has not taken the hand-over before this one, first: ${rotated.earlier}`]),
        ].join('\n'),
      };
    },
  });
}
