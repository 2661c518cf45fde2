import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { addCommand, type CommandContext, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { count, money, reportTable, share, text } from '../terminal/report.ts';
import type { Answer } from '../terminal/terminal.ts';
import { readPort } from '../terminal/values.ts';
import type { DemoGroup } from './build.ts';

interface DemoOptions {
  readonly dir: string;
  readonly port?: string;
  readonly serve: boolean;
}

/** `prorata demo`: a sample group, made and run before one's eyes, then served. */
export function demoCommand(program: Command, shell: Shell): void {
  addCommand<DemoOptions>(program, shell, {
    name: 'demo',
    summary: 'make a sample group of four companies, run a year of it, and serve its dashboard',
    examples: ['demo', 'demo --no-serve --dir /tmp/sample'],
    options: [
      new Option('--dir <folder>', 'where the sample group goes').default('demo-group'),
      new Option('--port <number>', 'port; 8080 unless told, or a free one where that is taken; 0 takes any'),
      new Option('--no-serve', 'end after the figures'),
    ],
    run: runDemo,
  });
}

async function runDemo({ options, terminal }: CommandContext<DemoOptions>): Promise<Answer> {
  const port = options.port === undefined ? undefined : readPort(options.port);
  const dir = resolve(options.dir);
  // Five nodes cannot share one database, so the sample group always keeps its own, embedded ones.
  delete process.env.DATABASE_URL;
  const { buildDemoGroup } = await import('./build.ts');
  const bar = terminal.progress('Sample year', 1);
  const watched = 'isTTY' in terminal.err && terminal.err.isTTY === true;
  let demo: DemoGroup;
  try {
    demo = await buildDemoGroup({
      dir,
      progress(done, total, what) {
        bar.total(total);
        bar.update(done, what);
        // Where no bar can be drawn, a line now and then says that it goes on.
        if (!watched && done % 12 === 0 && done < total) terminal.note(`${done} of ${total} bills … ${what}`);
      },
    });
  } finally {
    bar.stop();
  }
  const figures = demoText(demo, terminal.language);
  if (!options.serve) return { document: demo, text: figures };
  const { serveNode } = await import('../node/serve-node.ts');
  const served = await serveNode({ dir: demo.group, port, signals: true });
  const link = served.signInLink() ?? served.url;
  return {
    document: { ...demo, url: served.url, sign_in: link },
    text: `${figures}\n\nDashboard: ${link}\n  (signs you in once, within ten minutes; Ctrl-C stops the node)`,
    until: served.stopped,
  };
}

function demoText(demo: DemoGroup, language: Language): string {
  const { figures, steps, milliseconds } = demo;
  const months = reportTable(
    figures.months,
    [
      text('period_month', 'Month', 'Mois'),
      money('cost', 'Cost', 'Coût', { total: true }),
      text('currency', 'Currency', 'Devise'),
    ],
    language,
  );
  const entities = reportTable(
    figures.entities,
    [
      text('entity', 'Entity', 'Entité'),
      text('label', 'Name', 'Nom'),
      money('cost', 'Cost', 'Coût', { total: true }),
      text('currency', 'Currency', 'Devise'),
      share('share', 'Share', 'Part'),
      money('local_cost', 'Local cost', 'Coût local', { currencyField: 'local_currency' }),
      text('local_currency', 'Local', 'Locale'),
    ],
    language,
  );
  const times = reportTable(
    steps.map((step) => ({ ...step })),
    [text('step', 'Step', 'Étape'), count('times', 'Times', 'Fois'), count('milliseconds', 'ms')],
    language,
  );
  return [months, entities, conservationText(demo, language), times, closing(demo, milliseconds, language)].join(
    '\n\n',
  );
}

function conservationText({ figures }: DemoGroup, language: Language): string {
  const rows = figures.conservation.map((row) => ({ ...row, equal: row.equal ? '✓' : '✗' }));
  const fields = [
    text('entity', 'Entity', 'Entité'),
    text('measure', 'Measure', 'Mesure'),
    money('imported', 'Bills', 'Factures'),
    money('facts', 'Facts', 'Faits'),
    money('group', 'Group', 'Groupe'),
    text('currency', 'Currency', 'Devise'),
    text('equal', '='),
  ];
  const title =
    language === 'fr'
      ? 'Factures = faits = groupe, à la dernière décimale :'
      : 'Bills = facts = group, to the last decimal:';
  return `${title}\n${reportTable(rows, fields, language)}`;
}

function closing({ dir, figures, reused }: DemoGroup, milliseconds: number, language: Language): string {
  const seconds = (milliseconds / 1000).toFixed(1);
  if (reused) {
    return language === 'fr'
      ? `Le groupe d'exemple était déjà dans ${dir} ; effacez le dossier pour le refaire.`
      : `The sample group was in ${dir} already; delete the folder to make it anew.`;
  }
  return language === 'fr'
    ? `${figures.facts} faits en ${seconds} s, dans ${dir}.`
    : `${figures.facts} facts in ${seconds} s, in ${dir}.`;
}
