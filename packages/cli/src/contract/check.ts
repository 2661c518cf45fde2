import { readFile } from 'node:fs/promises';
import type { BundleCheck, Violation } from '@prorata/contract';
import { type Command, Option } from 'commander';
import { cliProblem } from '../problems.ts';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { displayMoney, type Language } from '../terminal/decimals.ts';
import { table } from '../terminal/table.ts';
import { readPath } from '../terminal/values.ts';

interface CheckOptions {
  readonly keys?: string;
}

/** `prorata contract check`: the conformance kit, for whoever writes bundles with other software too. */
export function contractCommands(program: Command, shell: Shell): void {
  addCommand<CheckOptions>(addGroup(program, 'contract', 'the bundle between an entity and the group'), shell, {
    name: 'check <file>',
    summary: 'name every violation of the contract in a bundle, with its place',
    examples: ['contract check FR01_2025-07_r1.zip --keys E/enrolment.json'],
    options: [
      new Option('--keys <file>', 'verify the signature: a JWK set with "entity" members, or an enrolment.json'),
    ],
    async run({ argument, options, terminal }) {
      const path = readPath(argument);
      const { checkBundle } = await import('@prorata/contract');
      const keys = options.keys === undefined ? {} : { keys: await readKeys(options.keys) };
      const check = await checkBundle(path, keys);
      const violations = check.violations.map(placed);
      if (violations.length > 0) {
        const all = violations.length + check.more;
        throw cliProblem('BUNDLE_NOT_CONFORMANT', `${argument}: ${all} violation${all === 1 ? '' : 's'}`, {
          ...(check.manifest === undefined ? {} : { manifest: check.manifest }),
          signature: check.signature,
          violations,
          more: check.more,
        });
      }
      return { document: { ...check, violations }, text: conformantText(check, terminal.language) };
    },
  });
}

async function readKeys(file: string) {
  const { readKeySet } = await import('@prorata/contract');
  const content = await readFile(readPath(file), 'utf8');
  try {
    return await readKeySet(content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw cliProblem('KEYS_UNREADABLE', `${file}: ${reason}`, { file }, error);
  }
}

/** The members that scripts rely on, in their order. */
function placed({ code, file, row, column, message, value }: Violation): Record<string, unknown> {
  return { code, file, row, column, message, value };
}

function conformantText({ manifest, signature }: BundleCheck, language: Language): string {
  if (manifest === undefined) return '';
  const totals = manifest.totals.map((total) => [
    total.consumption_type,
    total.currency,
    String(total.rows),
    displayMoney(total.cost_effective, total.currency, language),
    displayMoney(total.cost_billed, total.currency, language),
    displayMoney(total.cost_standard, total.currency, language),
  ]);
  const shown = table(
    [
      { title: 'Type' },
      { title: 'Currency' },
      { title: 'Facts', align: 'right' },
      { title: 'Effective', align: 'right' },
      { title: 'Billed', align: 'right' },
      { title: 'Standard', align: 'right' },
    ],
    totals,
  );
  return [
    `${manifest.entity.code} ${manifest.period_month}, revision ${manifest.revision}, ${manifest.status}: conformant, signature ${signature}.`,
    '',
    shown,
  ].join('\n');
}
