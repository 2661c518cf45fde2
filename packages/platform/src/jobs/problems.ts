import { JOB_FRENCH } from '../i18n/problems.fr.ts';
import { defineProblems } from '../problem/problem.ts';

export const jobProblem = defineProblems(
  {
    JOB_NOT_FOUND: {
      status: 404,
      title: 'There is no such job',
      next: 'Look at the list of jobs (GET /api/jobs, `prorata jobs list`); finished ones are removed after some weeks.',
    },
    JOB_UNKNOWN: {
      status: 404,
      title: 'The node has no job of this name',
      next: 'Use one of the names in the detail.',
    },
    JOB_FINISHED: {
      status: 409,
      title: 'The job has ended already',
      next: 'Look at its result; to undo what it did, use the reversal or correction of what it made.',
    },
    JOB_PAYLOAD_INVALID: {
      status: 400,
      title: 'The job was asked for with members that it does not take',
      next: 'Correct the members named in the detail and ask for the job again.',
    },
    JOB_ABANDONED: {
      status: 500,
      title: 'The job was cut off again and again',
      next: 'Read the log of the workers for what ended them (memory, a restart), then ask for the job again.',
    },
    JOB_STOPPED: {
      status: 503,
      title: 'The job was stopped in the middle',
      next: 'Nothing: it was cancelled, or goes on as soon as a worker is free.',
    },
    SCHEDULE_INVALID: {
      status: 400,
      title: 'A schedule in prorata.yaml is not valid',
      next: 'Correct the schedule named in the detail: the name of a job that this node has, and a cron line of five fields in UTC.',
    },
  },
  JOB_FRENCH,
);
