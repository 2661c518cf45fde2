import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { count, reportTable, share, state, text } from '../terminal/report.ts';
import { listed } from './listed.ts';
import { readGroup, requireEntities, withGroup } from './open.ts';
import { ENTITY_OPTION, MONTH_OPTIONS, type ReportOptions, readReportOptions } from './report-options.ts';

/** `prorata group discipline` and `late`: who publishes by the due day, and telling it where somebody does not. */
export function groupDisciplineCommands(group: Command, shell: Shell): void {
  addCommand<ReportOptions & { readonly months?: boolean }>(group, shell, {
    name: 'discipline',
    summary: 'who published by the due day, restated, and covers how much with references and prices',
    examples: ['group discipline --dir G', 'group discipline --from 2025-07 --to 2025-12 --months --dir G'],
    dir: "the group's folder",
    options: [...MONTH_OPTIONS, ENTITY_OPTION, new Option('--months', 'one line a month instead of one an entity')],
    async run({ dir, options, terminal }) {
      const { from, to, entity } = readReportOptions(options);
      const asked = { ...(from && { from }), ...(to && { to }), ...(entity && { entity }) };
      const document = await readGroup(dir, { command: 'group discipline', filters: asked }, async (node, api) => {
        await requireEntities(node, api, entity);
        return await api.reportDiscipline(node, asked);
      });
      const months = [
        text('entity', 'Entity', 'Entité'),
        text('period_month', 'Month', 'Mois'),
        text('due_on', 'Due', 'Échéance'),
        state('state', 'State', 'État'),
        count('days_late', 'Days late', 'Retard (j)'),
        count('revision', 'Revision', 'Révision'),
      ];
      const entities = [
        text('entity', 'Entity', 'Entité'),
        count('due', 'Due', 'Dus'),
        count('on_time', 'On time', "À l'heure"),
        count('late', 'Late', 'Tardifs'),
        count('missing', 'Missing', 'Absents'),
        share('on_time_share', 'On time', "À l'heure"),
        share('restatement_rate', 'Restated', 'Révisés'),
        share('mapping_coverage', 'Mapped', 'Rattachés'),
        share('price_coverage', 'Priced', 'Valorisés'),
      ];
      const lines = (options.months === true ? document.rows : document.entities).map((row) => ({ ...row }));
      return { document, text: reportTable(lines, options.months === true ? months : entities, terminal.language) };
    },
  });
  addCommand(group, shell, {
    name: 'late',
    summary: 'find months that are due and not there, and tell each once (GROUP.BUNDLE.LATE)',
    examples: ['group late --dir G'],
    dir: "the group's folder",
    async run({ dir, terminal }) {
      const rows = await withGroup(dir, (node, api) => api.detectLate(node));
      const fields = [
        text('entity', 'Entity', 'Entité'),
        text('period_month', 'Month', 'Mois'),
        text('due_on', 'Due', 'Échéance'),
      ];
      return listed(rows, fields, terminal.language);
    },
  });
}
