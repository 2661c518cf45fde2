import type { Command } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { readPath } from '../terminal/values.ts';
import { withEntity } from './open.ts';

/** `prorata entity join`: takes the group's signed admission. */
export function entityJoinCommand(entity: Command, shell: Shell): void {
  addCommand(entity, shell, {
    name: 'join <file>',
    summary: "take the group's admission: tenant, entity id, group key, address, references",
    examples: ['entity join G/admissions/FR01.jws --dir E'],
    dir: "the entity's folder",
    async run({ argument, dir }) {
      const path = readPath(argument);
      const joined = await withEntity(dir, (node, api) => api.joinGroup(node, path));
      const { group, references, group_fingerprint: fingerprint } = joined;
      return {
        document: joined,
        text: [
          `${joined.entity} belongs to ${group.label} (${joined.tenant.code}), which reports in ${group.currency}.`,
          `References version ${references.version}: ${references.domains} domains.`,
          `Fingerprint of the group's key, to compare with its operator: ${fingerprint}`,
        ].join('\n'),
      };
    },
  });
}
