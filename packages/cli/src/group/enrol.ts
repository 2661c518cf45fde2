import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { readPath } from '../terminal/values.ts';
import { withGroup } from './open.ts';

interface EnrolOptions {
  readonly entity: string;
  readonly fingerprint: string;
  readonly address?: string;
  readonly out?: string;
}

/** `prorata group enrol`: takes an entity and its public key, once the operator confirms the fingerprint. */
export function groupEnrolCommand(group: Command, shell: Shell): void {
  addCommand<EnrolOptions>(group, shell, {
    name: 'enrol',
    summary: 'register an entity and its public key, and write the signed admission',
    examples: ['group enrol --dir G --entity E/enrolment.json --fingerprint "printed by entity init"'],
    dir: "the group's folder",
    options: [
      new Option('--entity <file>', 'the enrolment.json of the entity').makeOptionMandatory(),
      new Option('--fingerprint <text>', 'as the operator of the entity reads it to you').makeOptionMandatory(),
      new Option('--address <url>', 'where the entity reaches this node; bundles travel as files unless told'),
      new Option('--out <file>', 'where the admission goes; admissions/CODE.jws in the node unless told'),
    ],
    async run({ dir, options }) {
      const { fingerprint, address, out } = options;
      const enrolment = await readFile(readPath(options.entity), 'utf8');
      const enrolled = await withGroup(dir, (node, api) =>
        api.enrolEntity(node, {
          enrolment,
          fingerprint,
          ...(address === undefined ? {} : { address }),
          ...(out === undefined ? {} : { out: resolve(out) }),
        }),
      );
      const state = enrolled.known ? 'was enrolled before; its admission is written anew' : 'is enrolled';
      return {
        document: enrolled,
        text: [
          `${enrolled.entity} ${state}: ${enrolled.path}`,
          `Next: \`prorata entity join ${enrolled.path}\` on the entity's node.`,
        ].join('\n'),
      };
    },
  });
}
