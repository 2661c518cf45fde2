import type { GroupPolicy } from '@prorata/group';
import { type Command, Option } from 'commander';
import { cliProblem } from '../problems.ts';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { text } from '../terminal/report.ts';
import { listed } from './listed.ts';
import { readGroup, withGroup } from './open.ts';

interface PolicyOptions {
  readonly unknownProduct?: 'take' | 'refuse';
  readonly dueDay?: string;
  readonly quarantineBytes?: string;
  readonly quarantineDays?: string;
  readonly rateSet?: string;
}

/** `prorata group policy …` and `contract-versions …`: how the group takes bundles. */
export function groupPolicyCommands(group: Command, shell: Shell): void {
  const policy = addGroup(group, 'policy', 'how the group takes bundles');
  addCommand(policy, shell, {
    name: 'show',
    isDefault: true,
    summary: 'the policy that stands',
    examples: ['group policy show --dir G'],
    dir: "the group's folder",
    async run({ dir }) {
      const standing = await readGroup(dir, { command: 'group policy', filters: {} }, (node, api) =>
        api.readPolicy(node),
      );
      return { document: standing, text: policyText(standing) };
    },
  });
  addCommand<PolicyOptions>(policy, shell, {
    name: 'set',
    summary: 'change what is named; no stored fact changes with it',
    examples: [
      'group policy set --unknown-product refuse --due-day 8 --dir G',
      'group policy set --rate-set latest --dir G',
    ],
    dir: "the group's folder",
    options: [
      new Option('--unknown-product <how>', 'a product without a reference of the group').choices(['take', 'refuse']),
      new Option('--due-day <day>', 'of the following month, by which a month is due'),
      new Option('--quarantine-bytes <bytes>', 'most that is kept of the refused bundles of one sender'),
      new Option('--quarantine-days <days>', 'how long a refused bundle is kept'),
      new Option('--rate-set <number>', 'that converts open months, or "latest"'),
    ],
    async run({ dir, options }) {
      const { unknownProduct, dueDay, quarantineBytes, quarantineDays, rateSet } = options;
      const change = {
        ...(unknownProduct === undefined
          ? {}
          : { unknown_product: unknownProduct === 'take' ? ('TAKE' as const) : ('REFUSE' as const) }),
        ...(dueDay === undefined ? {} : { due_day: whole(dueDay, 1, 31) }),
        ...(quarantineBytes === undefined ? {} : { quarantine_bytes: whole(quarantineBytes, 0, 1_000_000_000_000) }),
        ...(quarantineDays === undefined ? {} : { quarantine_days: whole(quarantineDays, 1, 36_500) }),
        ...(rateSet === undefined ? {} : { rate_set: rateSet === 'latest' ? null : whole(rateSet, 1, 1_000_000_000) }),
      };
      const standing = await withGroup(dir, (node, api) => api.changePolicy(node, change));
      return { document: standing, text: policyText(standing) };
    },
  });
  contractVersions(group, shell);
}

function contractVersions(group: Command, shell: Shell): void {
  const versions = addGroup(group, 'contract-versions', 'versions of the data contract that the group takes');
  const fields = [text('version', 'Version'), text('until', 'Until', "Jusqu'à")];
  addCommand(versions, shell, {
    name: 'list',
    isDefault: true,
    summary: 'which versions are taken, and until when',
    examples: ['group contract-versions list --dir G'],
    dir: "the group's folder",
    async run({ dir, terminal }) {
      const rows = await readGroup(dir, { command: 'group contract-versions', filters: {} }, (node, api) =>
        api.listContractVersions(node),
      );
      return listed(rows, fields, terminal.language);
    },
  });
  addCommand<{ readonly until?: string }>(versions, shell, {
    name: 'set <version>',
    summary: 'say until when a version is taken; without --until, for good',
    examples: ['group contract-versions set 1.0 --until 2027-01-01T00:00:00Z --dir G'],
    dir: "the group's folder",
    options: [new Option('--until <time>', 'RFC 3339; bundles that come later are refused')],
    async run({ argument, dir, options, terminal }) {
      const input = { version: argument, until: options.until ?? null };
      const rows = await withGroup(dir, (node, api) => api.setContractVersion(node, input));
      return listed(rows, fields, terminal.language);
    },
  });
}

/** @throws Problem `OPTION_INVALID` */
export function whole(value: string, least: number, most: number): number {
  const number = /^\d{1,13}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw cliProblem('OPTION_INVALID', `${JSON.stringify(value)} is no whole number from ${least} to ${most}`, { value });
}

function policyText({ version, ...policy }: GroupPolicy): string {
  return [
    version === 0 ? 'The defaults count.' : `Policy version ${version}.`,
    `Products without a reference: ${policy.unknown_product === 'TAKE' ? 'taken, and counted' : 'refused'}.`,
    `A month is due on day ${policy.due_day} of the following month.`,
    `The quarantine keeps ${policy.quarantine_bytes} bytes of each sender for ${policy.quarantine_days} days.`,
    `Open months are converted with ${policy.rate_set === null ? 'the latest rate set' : `rate set ${policy.rate_set}`}.`,
  ].join('\n');
}
