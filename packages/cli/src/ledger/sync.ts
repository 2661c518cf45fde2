import { readFile } from 'node:fs/promises';
import { scopeOf } from '@prorata/platform';
import { type Command, Option } from 'commander';
import { said } from '../analytic/words.ts';
import { addCommand, type Shell } from '../terminal/command.ts';
import { count, reportTable, text } from '../terminal/report.ts';
import { readMonth, readPath } from '../terminal/values.ts';
import { FOLDER, type LedgerPackage, withLedger } from './open.ts';

interface ConnectOptions {
  readonly tokenFile?: string;
}
interface AwaitedOptions {
  readonly fetch?: boolean;
}

/** `prorata ledger connect`: where the general ledger's API answers. */
export function connectCommand(ledger: Command, shell: Shell): void {
  addCommand<ConnectOptions>(ledger, shell, {
    name: 'connect <url>',
    summary: "keep the address of the general ledger's API, and the token that it asks for",
    examples: ['ledger connect https://gl.example.com --token-file gl-token.txt --dir E'],
    dir: FOLDER,
    options: [new Option('--token-file <path>', 'a file with the bearer token; none is sent unless told')],
    async run({ argument, dir, options, terminal }) {
      const { tokenFile } = options;
      const token = tokenFile === undefined ? {} : { token: (await readFile(readPath(tokenFile), 'utf8')).trim() };
      await withLedger(dir, (_node, api) => api.connectGlApi(dir, { base_url: argument, ...token }));
      const words = said(
        terminal.language,
        `The books are read from ${argument}.`,
        `Les livres sont lus à ${argument}.`,
      );
      return { document: { base_url: argument, token: tokenFile !== undefined }, text: words };
    },
  });
}

/** `prorata ledger sync`: brings the read copy up to the general ledger. */
export function syncCommand(ledger: Command, shell: Shell): void {
  addCommand(ledger, shell, {
    name: 'sync [from] [to]',
    summary: "take the entries of some months, or of all, from the general ledger's API; known ones change nothing",
    examples: ['ledger sync 2026-10 --dir E', 'ledger sync 2026-01 2026-12 --dir E'],
    dir: FOLDER,
    async run({ arguments: months, dir, terminal }) {
      const [from, to = from] = months.map(readMonth);
      const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
      const synced = await withLedger(dir, async (node, api) => api.syncEntries(node, await clientOf(dir, api), range));
      const fields = [
        count('entries', 'Entries', 'Écritures'),
        count('new', 'New', 'Nouvelles'),
        count('updated', 'Changed', 'Modifiées'),
        count('reversed', 'Reversed', 'Extournées'),
        count('unchanged', 'Known', 'Connues'),
        count('out', 'Refused', 'Refusées'),
      ];
      const { refused, ...counts } = synced;
      const table = reportTable([{ ...counts, out: refused.length }], fields, terminal.language);
      const told = refused.map(({ journal, number, code, reason }) => `· ${journal} ${number}: ${code}, ${reason}`);
      return { document: synced, text: [table, ...told].join('\n') };
    },
  });
}

/** `prorata ledger awaited`: entries that events told of without their lines. */
export function awaitedCommand(ledger: Command, shell: Shell): void {
  addCommand<AwaitedOptions>(ledger, shell, {
    name: 'awaited',
    summary: 'entries that events told of without their lines, and what the last attempt to fetch them met',
    examples: ['ledger awaited --dir E', 'ledger awaited --fetch --dir E'],
    dir: FOLDER,
    options: [new Option('--fetch', "ask the general ledger's API for them first")],
    async run({ dir, options, terminal }) {
      const answer = await withLedger(dir, async (node, api) => {
        const fetched = options.fetch === true ? await api.fetchAwaited(node, await clientOf(dir, api)) : undefined;
        const rows = await node.db.transaction(scopeOf(node.context), (tx) => api.awaitedEntries(tx), {
          readOnly: true,
        });
        return {
          ...(fetched === undefined ? {} : { fetched: fetched.fetched }),
          rows: rows.map((row) => ({ ...row })),
        };
      });
      const fields = [
        text('entry_id', 'Entry', 'Écriture'),
        text('told_at', 'Told', 'Annoncée'),
        count('attempts', 'Attempts', 'Essais'),
        text('problem', 'Last problem', 'Dernier problème'),
      ];
      return { document: answer, text: reportTable(answer.rows, fields, terminal.language) };
    },
  });
}

/** @throws Problem `GL_NOT_CONFIGURED`, `GL_API_CONFIG_INVALID` */
async function clientOf(dir: string, { glClientOf, ledgerProblem }: LedgerPackage) {
  const client = await glClientOf(dir);
  if (client === undefined) throw ledgerProblem('GL_NOT_CONFIGURED', 'there is no keys/gl-api.json');
  return client;
}
