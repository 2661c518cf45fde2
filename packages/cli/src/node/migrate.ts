import type { Command } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { withNode } from './open-node.ts';

/** `prorata migrate`: brings a node's database to the state of the code, which every command does on its way too. */
export function migrateCommand(program: Command, shell: Shell): void {
  addCommand(program, shell, {
    name: 'migrate',
    summary: "bring the node's database to the state of this version",
    examples: ['migrate --dir G'],
    dir: "the node's folder",
    run: ({ dir }) =>
      withNode(dir, async ({ kind, node }) => ({
        document: { dir, kind, node_id: node.config.node_id, migrated: true },
        text: `The database of the ${kind} node in ${dir} is at the state of this version.`,
      })),
  });
}
