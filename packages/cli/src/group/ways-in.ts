import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { count, state, text } from '../terminal/report.ts';
import { readCode } from '../terminal/values.ts';
import { listed } from './listed.ts';
import { withGroup } from './open.ts';

/** `prorata group watch`, `pull` and `pull-from`: bundles that nobody pushes. `prorata serve` does both by itself. */
export function groupWaysInCommands(group: Command, shell: Shell): void {
  addWatch(group, shell);
  addPull(group, shell);
  addPullFrom(group, shell);
}

function addWatch(group: Command, shell: Shell): void {
  addCommand<{ readonly folder?: string }>(group, shell, {
    name: 'watch',
    summary: 'take the complete bundles in the watched folders, incoming/ENTITY/, once; `serve` goes on looking',
    examples: ['group watch --dir G', 'group watch --folder /srv/sftp --dir G'],
    dir: "the group's folder",
    options: [new Option('--folder <folder>', 'that has a folder for each entity; as prorata.yaml says unless told')],
    async run({ dir, options, terminal }) {
      const where = options.folder === undefined ? {} : { folder: options.folder };
      const rows = await withGroup(dir, (node, api) => new api.FolderWatch(node, where).once());
      const fields = [
        text('entity', 'Entity', 'Entité'),
        text('file', 'File', 'Fichier'),
        state('outcome', 'Outcome', 'Résultat'),
        text('code', 'Refused with', 'Motif'),
        text('detail', 'Detail', 'Détail'),
      ];
      return listed(rows, fields, terminal.language);
    },
  });
}

function addPull(group: Command, shell: Shell): void {
  addCommand<{ readonly entity?: string; readonly fromStart?: boolean }>(group, shell, {
    name: 'pull',
    summary: 'ask the entities for what they published since the last time, and take it',
    examples: ['group pull --dir G', 'group pull --entity FR01 --dir G'],
    dir: "the group's folder",
    options: [
      new Option('--entity <code>', 'from one entity'),
      new Option('--from-start', 'read from the first publication on; what stands is not fetched again'),
    ],
    async run({ dir, options, terminal }) {
      const input = {
        fromStart: options.fromStart === true,
        ...(options.entity === undefined ? {} : { entity: readCode(options.entity) }),
      };
      const rows = await withGroup(dir, (node, api) => api.pullBundles(node, input));
      const fields = [
        text('entity', 'Entity', 'Entité'),
        state('outcome', 'Outcome', 'Résultat'),
        count('accepted', 'Taken', 'Pris'),
        count('known', 'Known', 'Connus'),
        count('refused', 'Refused', 'Refusés'),
        text('detail', 'Detail', 'Détail'),
      ];
      return listed(rows, fields, terminal.language);
    },
  });
}

function addPullFrom(group: Command, shell: Shell): void {
  addCommand<{ readonly none?: boolean }>(group, shell, {
    name: 'pull-from [entity] [url]',
    summary: "say where an entity's node answers; without arguments, list the entities that are pulled from",
    examples: ['group pull-from FR01 https://fr01.example --dir G', 'group pull-from FR01 --none --dir G'],
    dir: "the group's folder",
    options: [new Option('--none', 'pull nothing from the entity any more')],
    async run({ arguments: [entity, url], dir, options, terminal }) {
      const rows = await withGroup(dir, async (node, api) => {
        if (entity !== undefined && (url !== undefined || options.none === true)) {
          await api.setPullSource(node, { entity: readCode(entity), url: options.none === true ? null : (url ?? '') });
        }
        const sources = await api.listPullSources(node);
        return entity === undefined ? sources : sources.filter((source) => source.entity === entity);
      });
      const fields = [
        text('entity', 'Entity', 'Entité'),
        text('url', 'Address', 'Adresse'),
        text('since', 'Read up to', "Lu jusqu'à"),
        text('last_at', 'Last', 'Dernier'),
        text('last_outcome', 'Outcome', 'Résultat'),
      ];
      return listed(rows, fields, terminal.language);
    },
  });
}
