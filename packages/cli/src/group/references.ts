import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, text } from '../terminal/report.ts';
import { readPath } from '../terminal/values.ts';
import { listed } from './listed.ts';
import { readGroup, withGroup } from './open.ts';

/** `prorata group references …`: versions of domains, families and products. */
export function groupReferencesCommands(group: Command, shell: Shell): void {
  const references = addGroup(group, 'references', 'domains and products that every entity maps to');
  addCommand(references, shell, {
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
  addCommand(references, shell, {
    name: 'list',
    summary: 'every version, and how many codes of each kind were in use in it',
    examples: ['group references list --dir G'],
    dir: "the group's folder",
    async run({ dir, terminal }) {
      const rows = await readGroup(dir, { command: 'group references', filters: {} }, (node, api) =>
        api.listReferenceVersions(node),
      );
      const fields = [
        count('version', 'Version'),
        count('domains', 'Domains', 'Domaines'),
        count('families', 'Families', 'Familles'),
        count('products', 'Products', 'Produits'),
        text('source', 'File', 'Fichier'),
        text('published_at', 'Published', 'Publié'),
      ];
      return listed(rows, fields, terminal.language);
    },
  });
  addCommand(references, shell, {
    name: 'today',
    summary: 'codes that are called otherwise, or belong elsewhere, today than once',
    examples: ['group references today --dir G'],
    dir: "the group's folder",
    async run({ dir, terminal }) {
      const rows = await readGroup(dir, { command: 'group references today', filters: {} }, (node, api) =>
        api.placesToday(node),
      );
      const fields = [
        text('kind', 'Kind', 'Genre'),
        text('code', 'Code'),
        text('today_code', 'Today', "Aujourd'hui"),
        text('label', 'Name', 'Nom'),
        text('domain_code', 'Domain', 'Domaine'),
        text('family_code', 'Family', 'Famille'),
      ];
      return listed(rows, fields, terminal.language);
    },
  });
}
