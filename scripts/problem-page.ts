import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { analyticProblem } from '@prorata/analytic';
import { finopsProblem } from '@prorata/finops';
import { groupProblem, refusalProblem } from '@prorata/group';
import { ledgerProblem } from '@prorata/ledger';
import {
  databaseProblem,
  eventProblem,
  jobProblem,
  nodeProblem,
  type ProblemTable,
  platformProblem,
  pluginProblem,
  problemLines,
} from '@prorata/platform';
import { allocateProblem } from '../packages/cli/src/allocate/problems.ts';
import { cliProblem } from '../packages/cli/src/problems.ts';

export const PROBLEM_PAGE = fileURLToPath(new URL('../docs/errors.md', import.meta.url));

/** The sections of docs/errors.md after its introduction, and the tables of the code that they list. */
export const SECTIONS: readonly { title: string; about: string; table: ProblemTable }[] = [
  { title: 'platform', about: 'Any service, any command.', table: platformProblem.table },
  { title: 'database', about: 'Between a node and its database.', table: databaseProblem.table },
  { title: 'node', about: 'The folder of a node.', table: nodeProblem.table },
  { title: 'jobs', about: 'Work that goes on behind an answer, and its schedules.', table: jobProblem.table },
  { title: 'events', about: 'The feed of events, and who is told of them.', table: eventProblem.table },
  { title: 'plugin', about: 'Plugins of a node, and what they answer.', table: pluginProblem.table },
  {
    title: 'ledger',
    about: 'Entries of the general ledger, from files, events and its API.',
    table: ledgerProblem.table,
  },
  { title: 'analytic', about: 'Axes, rules, runs and postings.', table: analyticProblem.table },
  { title: 'finops', about: 'What an entity imports, runs and publishes.', table: finopsProblem.table },
  {
    title: 'contract',
    about: 'Why a bundle is refused, in the order in which intake judges.',
    table: refusalProblem.table,
  },
  { title: 'group', about: 'What the group enrols, receives and reports.', table: groupProblem.table },
  {
    title: 'allocate',
    about: 'The engine, and the document that `prorata allocate` reads.',
    table: allocateProblem.table,
  },
  { title: 'cli', about: 'The command line itself.', table: cliProblem.table },
];

/** The page with its introduction kept and every section written from the code. */
export function problemPage(current: string): string {
  const introduction = current.split(/^## /m)[0] ?? '';
  const sections = SECTIONS.map(({ title, about, table }) =>
    [`## ${title}\n\n${about}\n`, '| code | status | title | what to do next |', '| --- | --- | --- | --- |']
      .concat(problemLines(table))
      .join('\n'),
  );
  return `${introduction.trimEnd()}\n\n${sections.join('\n\n')}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await writeFile(PROBLEM_PAGE, problemPage(await readFile(PROBLEM_PAGE, 'utf8')));
}
