import { randomUUID } from 'node:crypto';
import {
  askForJob,
  cancelJob,
  getJob,
  type JobFailure,
  type JobStatus,
  type JobView,
  listJobs,
  type RequestContext,
  uuidv7,
} from '@prorata/platform';
import { type Command, Option } from 'commander';
import { cliProblem } from '../problems.ts';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, reportTable, state, text } from '../terminal/report.ts';
import { operatorIdentity } from './claims.ts';
import { OPERATOR_ROLES } from './node-jobs.ts';
import { type AnyNode, withNode } from './open-node.ts';

const STATUSES: readonly JobStatus[] = ['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'];
const DIR = "the node's folder";
const FIELDS = [
  text('job_id', 'Job', 'Tâche'),
  text('kind', 'Kind', 'Genre'),
  state('status', 'Status', 'État'),
  text('progress', 'Progress', 'Avancement'),
  count('attempts', 'Attempts', 'Essais'),
  text('created_at', 'Asked for', 'Demandée'),
  text('finished_at', 'Ended', 'Terminée'),
];

interface ListOptions {
  readonly status?: JobStatus;
  readonly kind?: string;
  readonly limit: string;
}

/** `prorata jobs …`: what goes on behind an answer, in this process or another. */
export function jobsCommands(program: Command, shell: Shell): void {
  const jobs = addGroup(program, 'jobs', 'work that goes on behind an answer: look, cancel, do it');
  listCommand(jobs, shell);
  showCommand(jobs, shell);
  askCommand(jobs, shell);
  cancelCommand(jobs, shell);
  workCommand(jobs, shell);
}

function listCommand(jobs: Command, shell: Shell): void {
  addCommand<ListOptions>(jobs, shell, {
    name: 'list',
    summary: 'the jobs of a node, the newest first',
    examples: ['jobs list --dir G', 'jobs list --dir G --status FAILED'],
    dir: DIR,
    options: [
      new Option('--status <status>', 'only these').choices([...STATUSES]),
      new Option('--kind <kind>', 'only these, such as platform.maintenance'),
      new Option('--limit <number>', 'at most this many').default('50'),
    ],
    async run({ dir, options, terminal }) {
      const limit = wholeNumber('--limit', options.limit, 500);
      const rows = await withNode(dir, (open) =>
        listJobs(open.node.db, contextOf(open), {
          limit,
          ...(options.status === undefined ? {} : { status: options.status }),
          ...(options.kind === undefined ? {} : { kind: options.kind }),
        }),
      );
      return { document: { rows }, text: reportTable(rows.map(shown), FIELDS, terminal.language) };
    },
  });
}

function showCommand(jobs: Command, shell: Shell): void {
  addCommand(jobs, shell, {
    name: 'show <job>',
    summary: 'one job: how far it is, its answer, or why it failed',
    examples: ['jobs show 0199f3c0-7d2e-7000-8000-0000000000aa --dir G'],
    dir: DIR,
    async run({ dir, argument }) {
      const job = await withNode(dir, (open) => getJob(open.node.db, contextOf(open), argument));
      return { document: { ...job }, text: JSON.stringify(job, null, 2) };
    },
  });
}

function askCommand(jobs: Command, shell: Shell): void {
  addCommand<{ readonly payload: string }>(jobs, shell, {
    name: 'ask <kind>',
    summary: 'ask for a job now, such as one that is else asked for by a schedule',
    examples: ['jobs ask platform.maintenance --dir G'],
    dir: DIR,
    options: [new Option('--payload <json>', 'what the job is to do, a JSON object').default('{}')],
    async run({ dir, argument, options }) {
      const payload = readPayload(options.payload);
      const { nodeJobs } = await import('./node-jobs.ts');
      const { jobId } = await withNode(dir, async (open) =>
        askForJob(open.node.db, contextOf(open), await nodeJobs(open), { kind: argument, payload }),
      );
      return {
        document: { job_id: jobId, kind: argument },
        text: `Job ${jobId} waits for a worker: \`prorata serve\` or \`prorata jobs work\`.`,
      };
    },
  });
}

function cancelCommand(jobs: Command, shell: Shell): void {
  addCommand(jobs, shell, {
    name: 'cancel <job>',
    summary: 'cancel a job that waits or is at work; what it has committed stays',
    examples: ['jobs cancel 0199f3c0-7d2e-7000-8000-0000000000aa --dir G'],
    dir: DIR,
    async run({ dir, argument }) {
      const write = { action: 'job.cancel', method: 'POST', route: '/api/jobs/:id/cancel', payload: { id: argument } };
      const { body } = await withNode(dir, (open) =>
        cancelJob(open.node.db, contextOf(open), { ...write, idempotencyKey: randomUUID() }, argument),
      );
      const said = body.status === 'CANCELLED' ? 'is cancelled' : 'is told to stop';
      return { document: { ...body }, text: `Job ${body.job_id} ${said}.` };
    },
  });
}

function workCommand(jobs: Command, shell: Shell): void {
  addCommand<{ readonly concurrency: string }>(jobs, shell, {
    name: 'work',
    summary: "do a node's jobs in this process, beside or instead of `serve`, until Ctrl-C",
    examples: ['jobs work --dir G', 'jobs work --dir G --concurrency 4'],
    dir: DIR,
    options: [new Option('--concurrency <number>', 'jobs at once').default('1')],
    async run({ dir, options }) {
      const concurrency = wholeNumber('--concurrency', options.concurrency, 64);
      const { openNode } = await import('./open-node.ts');
      const { nodeJobs, startNodeWorker } = await import('./node-jobs.ts');
      const open = await openNode(dir);
      try {
        const onFailure = (failure: JobFailure) => void shell.streams.err.write(`${failureLine(failure)}\n`);
        const worker = await startNodeWorker(open, { concurrency, onFailure });
        const kinds = Object.keys(await nodeJobs(open));
        const until = signalled()
          .then(() => worker.stop())
          .finally(() => open.node.close());
        return {
          document: { kinds, concurrency },
          text: `Waiting for jobs: ${kinds.join(', ')}\nCtrl-C stops it.`,
          until,
        };
      } catch (error) {
        await open.node.close();
        throw error;
      }
    },
  });
}

function contextOf({ node: { config } }: AnyNode): RequestContext {
  return { ...operatorIdentity(config, OPERATOR_ROLES[config.kind]), correlationId: uuidv7() };
}

function shown(job: JobView): Record<string, unknown> {
  return { ...job, progress: job.progress === null ? '' : JSON.stringify(job.progress).slice(0, 60) };
}

function failureLine({ jobId, kind, error }: JobFailure): string {
  return `${new Date().toISOString()} ${kind} ${jobId}: ${error instanceof Error ? error.message : String(error)}`;
}

function readPayload(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw cliProblem('OPTION_INVALID', `--payload is not JSON: ${text.slice(0, 60)}`, { value: text.slice(0, 60) });
  }
}

function wholeNumber(option: string, value: string, most: number): number {
  if (/^[1-9]\d{0,3}$/.test(value) && Number(value) <= most) return Number(value);
  throw cliProblem('OPTION_INVALID', `${option} ${value} is not a whole number from 1 to ${most}`, { value });
}

/** A second signal ends the process at once. */
async function signalled(): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = () => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(1));
      resolve();
    };
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop);
  });
}
