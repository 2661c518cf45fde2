import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { readPath } from '../terminal/values.ts';
import { withGroup } from './open.ts';

/** `prorata group references import`: the next version of domains, families and products. */
export function groupReferencesCommands(group: Command, shell: Shell): void {
  addCommand(addGroup(group, 'references', 'domains and products that every entity maps to'), shell, {
    name: 'import <file>',
    summary: 'publish the next version of the references (CSV or JSON)',
    examples: ['group references import references.csv --dir G'],
    dir: "the group's folder",
    async run({ argument, dir }) {
      const path = readPath(argument);
      const input = { text: await readFile(path, 'utf8'), name: basename(path) };
      const imported = await withGroup(dir, (node, api) => api.importReferences(node, input));
      const { version, added, updated, deactivated } = imported;
      return {
        document: imported,
        text: imported.changed
          ? `References version ${version}: ${added} added, ${updated} changed, ${deactivated} deactivated.`
          : `Nothing new: references version ${version} stands.`,
      };
    },
  });
}
