import { type Command, InvalidArgumentError, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { count, reportTable, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { withGroup } from './open.ts';

const UNTIL = () => new Option('--until <month>', 'the last month, YYYY-MM').makeOptionMandatory();

/** `prorata group distribute`, `archive` and `restore`: where the rows and the bundles of a large group lie. */
export function groupScaleCommands(group: Command, shell: Shell): void {
  addCommand<{ readonly shards?: number }>(group, shell, {
    name: 'distribute',
    summary: 'spread facts and the views of entities over the workers of a Citus cluster, by entity',
    examples: ['group distribute --dir G', 'group distribute --shards 32 --dir G'],
    dir: "the group's folder",
    options: [
      new Option('--shards <number>', 'pieces of each table; four for each worker unless told').argParser(readShards),
    ],
    async run({ dir, options: { shards }, terminal }) {
      const bar = terminal.progress('Distribute', 1);
      try {
        const distribution = await withGroup(dir, (node, api) =>
          api.distributeGroup(node, {
            ...(shards === undefined ? {} : { shards }),
            progress(done, all) {
              bar.total(Math.max(1, all));
              bar.update(done);
            },
          }),
        );
        const fields = [
          text('table', 'Table', 'Table'),
          count('shards', 'Shards', 'Fragments'),
          text('moved', 'Moved', 'Déplacée'),
        ];
        const rows = distribution.rows.map((row) => ({ ...row, moved: row.moved ? 'now' : 'before' }));
        return { document: distribution, text: reportTable(rows, fields, terminal.language) };
      } finally {
        bar.stop();
      }
    },
  });
  addCommand<{ readonly until: string }>(group, shell, {
    name: 'archive',
    summary: 'move the bundles of locked months from the database into the folder archive, with an index of digests',
    examples: ['group archive --until 2024-12 --dir G'],
    dir: "the group's folder",
    options: [UNTIL()],
    async run({ dir, options: { until } }) {
      const moved = await withGroup(dir, (node, api) => api.archiveBundles(node, { until: readMonth(until) }));
      return { document: moved, text: `Archived ${moved.bundles} bundles, ${moved.bytes} bytes.` };
    },
  });
  addCommand<{ readonly until: string }>(group, shell, {
    name: 'restore',
    summary: 'take archived bundles back into the database, each checked against its digest',
    examples: ['group restore --until 2024-12 --dir G'],
    dir: "the group's folder",
    options: [UNTIL()],
    async run({ dir, options: { until } }) {
      const moved = await withGroup(dir, (node, api) => api.restoreBundles(node, { until: readMonth(until) }));
      return { document: moved, text: `Restored ${moved.bundles} bundles, ${moved.bytes} bytes.` };
    },
  });
  addRetirement(group, shell);
}

function addRetirement(group: Command, shell: Shell): void {
  addCommand<{ readonly until: string }>(group, shell, {
    name: 'retire',
    summary: 'take facts and views of old months out of the database; they have to be locked, and archived',
    examples: ['group retire --until 2020-12 --dir G'],
    dir: "the group's folder",
    options: [UNTIL()],
    async run({ dir, options: { until } }) {
      const retired = await withGroup(dir, (node, api) => api.retireMonths(node, { until: readMonth(until) }));
      return { document: retired, text: `Retired ${retired.months.length} months, ${retired.facts} facts.` };
    },
  });
  addCommand(group, shell, {
    name: 'recall <month>',
    summary: 'bring a retired month back out of its archived bundles, whose signatures are checked again',
    examples: ['group recall 2020-12 --dir G'],
    dir: "the group's folder",
    async run({ argument, dir }) {
      const recalled = await withGroup(dir, (node, api) => api.recallMonth(node, { month: readMonth(argument) }));
      return { document: recalled, text: `Recalled ${recalled.months.join(', ')}, ${recalled.facts} facts.` };
    },
  });
}

function readShards(value: string): number {
  if (!/^[1-9][0-9]{0,3}$/.test(value)) throw new InvalidArgumentError('Give a whole number from 1 to 1024.');
  return Number(value);
}
