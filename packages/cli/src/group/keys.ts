import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { readPath } from '../terminal/values.ts';
import { withGroup } from './open.ts';

interface RevokeOptions {
  readonly reason: string;
}

/** `prorata group keys …`: public keys of entities over time. */
export function groupKeysCommands(group: Command, shell: Shell): void {
  const keys = addGroup(group, 'keys', 'public keys of the entities over time');
  addCommand<RevokeOptions>(keys, shell, {
    name: 'revoke <kid>',
    summary: 'end the validity of a key now; what was accepted stays',
    examples: ['group keys revoke 9sPqFJ0QJ8vJg0v4X3QhJ7mXn2l1l0k5wq8y6rT2u1c --reason "laptop lost" --dir G'],
    dir: "the group's folder",
    options: [new Option('--reason <text>', 'why; kept with the key').makeOptionMandatory()],
    async run({ argument, dir, options }) {
      const revoked = await withGroup(dir, (node, api) =>
        api.revokeKey(node, { kid: argument, reason: options.reason }),
      );
      return { document: revoked, text: `The key ${revoked.kid} of ${revoked.entity} is revoked.` };
    },
  });
  addCommand(keys, shell, {
    name: 'rotate <file>',
    summary: 'take a new key of an entity on the signed word of the key before it',
    examples: ['group keys rotate E/rotation.jws --dir G'],
    dir: "the group's folder",
    async run({ argument, dir }) {
      const statement = await readFile(readPath(argument), 'utf8');
      const rotated = await withGroup(dir, (node, api) => api.rotateKey(node, { statement }));
      return {
        document: rotated,
        text: `${rotated.entity} signs with ${rotated.kid} from now on (fingerprint ${rotated.fingerprint}).`,
      };
    },
  });
}
