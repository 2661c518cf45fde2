import type { Command } from 'commander';
import { importDriverFile } from '../analytic/drivers.ts';
import { addCommand, type Shell } from '../terminal/command.ts';
import { withEntity } from './open.ts';

/** `prorata entity import drivers`: monthly values; the header says whose they are. */
export function entityImportDriversCommand(parent: Command, shell: Shell): void {
  addCommand(parent, shell, {
    name: 'drivers <file>',
    summary: 'take monthly driver values (CSV or Parquet): driver, month, dimension, value for analytic accounting',
    examples: ['entity import drivers headcount.csv --dir E'],
    dir: "the entity's folder",
    async run({ argument, dir, terminal }) {
      return await withEntity(dir, (node) => importDriverFile(node, argument, terminal));
    },
  });
}
