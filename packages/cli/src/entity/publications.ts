import type { PublicationRow } from '@prorata/finops';
import type { Command } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, reportTable, state, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { withEntity } from './open.ts';

/** `prorata entity publications …`: what was published, and how it went to the group. */
export function entityPublicationsCommands(entity: Command, shell: Shell): void {
  const group = addGroup(entity, 'publications', 'what was published, and how it went to the group');
  addList(group, shell);
  addPush(group, shell);
}

function addList(group: Command, shell: Shell): void {
  addCommand(group, shell, {
    name: 'list [month]',
    isDefault: true,
    summary: 'every revision and its state: sealed, waiting for the group, accepted, refused',
    examples: ['entity publications --dir E', 'entity publications list 2025-07 --dir E'],
    dir: "the entity's folder",
    async run({ argument, dir, terminal }) {
      const month = argument === '' ? undefined : readMonth(argument);
      const document = await withEntity(dir, async (node, api) => {
        const rows: PublicationRow[] = [];
        for (let since = '0'; ; ) {
          const page = await api.listPublications(node, since);
          rows.push(...page.rows);
          if (page.rows.length === 0) break;
          since = page.next;
        }
        const wanted = rows.filter((row) => month === undefined || row.period_month === month);
        return {
          rows: await Promise.all(wanted.map((row) => api.publicationStatus(node, row.period_month, row.revision))),
        };
      });
      const rows = document.rows.map((row) => ({
        ...row,
        status: row.manifest.status,
        answered: row.pushes[0]?.http_status?.toString() ?? null,
        attempts: row.pushes[0]?.attempts ?? null,
        url: row.pushes[0]?.url ?? null,
      }));
      const fields = [
        text('period_month', 'Month', 'Mois'),
        count('revision', 'Revision', 'Révision'),
        state('status', 'Month is', 'Mois'),
        state('state', 'State', 'État'),
        text('answered', 'Answer', 'Réponse'),
        count('attempts', 'Attempts', 'Essais'),
        text('url', 'Sent to', 'Envoyé à'),
        text('created_at', 'Published', 'Publié'),
      ];
      return { document, text: reportTable(rows, fields, terminal.language) };
    },
  });
}

function addPush(group: Command, shell: Shell): void {
  addCommand(group, shell, {
    name: 'push',
    summary: 'send again what the group has not answered yet',
    examples: ['entity publications push --dir E'],
    dir: "the entity's folder",
    async run({ dir, terminal }) {
      const rows = await withEntity(dir, (node, api) => api.resumePushes(node, { token: process.env.PRORATA_TOKEN }));
      const fields = [
        text('period_month', 'Month', 'Mois'),
        count('revision', 'Revision', 'Révision'),
        state('state', 'State', 'État'),
        text('url', 'Sent to', 'Envoyé à'),
        text('detail', 'Answer', 'Réponse'),
      ];
      return {
        document: { rows },
        text: reportTable(
          rows.map((row) => ({ ...row })),
          fields,
          terminal.language,
        ),
      };
    },
  });
}
