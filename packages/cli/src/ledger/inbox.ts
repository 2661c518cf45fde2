import { platformProblem, type RequestContext } from '@prorata/platform';
import type { Command } from 'commander';
import { said } from '../analytic/words.ts';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, reportTable, text } from '../terminal/report.ts';
import { FOLDER, type LedgerPackage, withLedger } from './open.ts';

/** `prorata ledger inbox …`: the secrets with which the general ledger signs the events that it sends here. */
export function inboxCommands(ledger: Command, shell: Shell): void {
  const inbox = addGroup(ledger, 'inbox', 'events of the general ledger: where they are sent, and who may sign them');
  addCommand(inbox, shell, {
    name: 'show',
    isDefault: true,
    summary: 'the address of the inbox, what an event must name, and how many secrets may sign',
    examples: ['ledger inbox show --dir E', 'ledger inbox --dir E --json'],
    dir: FOLDER,
    async run({ dir, terminal }) {
      const shown = await withLedger(dir, async ({ context }, api) => {
        const address = addressOf(context, api);
        return { ...address, secrets: await secretsOf(dir, address, api) };
      });
      const fields = [
        text('path', 'POST'),
        text('tenant_id', 'tenant_id'),
        text('legal_entity_id', 'legal_entity_id'),
        count('secrets', 'Secrets'),
      ];
      return { document: shown, text: reportTable([shown], fields, terminal.language) };
    },
  });
  addCommand(inbox, shell, {
    name: 'secret',
    summary: 'make a secret for the general ledger; the one before signs as well until `retire`',
    examples: ['ledger inbox secret --dir E'],
    dir: FOLDER,
    async run({ dir, terminal }) {
      const made = await withLedger(dir, async ({ context }, api) => {
        const address = addressOf(context, api);
        return { ...address, secret: await api.addInboxSecret(dir, address.tenant_id, address.legal_entity_id) };
      });
      const words = said(terminal.language, 'Secret, told once', 'Secret, dit une seule fois');
      return { document: made, text: `${words}: ${made.secret}` };
    },
  });
  addCommand(inbox, shell, {
    name: 'retire',
    summary: 'end a rotation: only the newest secret signs',
    examples: ['ledger inbox retire --dir E'],
    dir: FOLDER,
    async run({ dir, terminal }) {
      const left = await withLedger(dir, async ({ context }, api) => {
        const address = addressOf(context, api);
        await api.retireInboxSecrets(dir, address.legal_entity_id);
        return { ...address, secrets: await secretsOf(dir, address, api) };
      });
      const words = said(
        terminal.language,
        `Secrets that sign: ${left.secrets}.`,
        `Secrets valides : ${left.secrets}.`,
      );
      return { document: left, text: words };
    },
  });
}

interface Address {
  readonly path: string;
  readonly tenant_id: string;
  readonly legal_entity_id: string;
}

/** What whoever configures the general ledger has to know. @throws Problem `LEGAL_ENTITY_REQUIRED` */
function addressOf({ tenantId, legalEntityId }: RequestContext, { INBOX_ROUTE }: LedgerPackage): Address {
  if (legalEntityId === undefined) throw platformProblem('LEGAL_ENTITY_REQUIRED', 'the node has no legal entity');
  return { path: INBOX_ROUTE, tenant_id: tenantId, legal_entity_id: legalEntityId };
}

async function secretsOf(dir: string, address: Address, api: LedgerPackage): Promise<number> {
  const senders = await api.inboxSenders(dir);
  return senders.find(({ legalEntityId }) => legalEntityId === address.legal_entity_id)?.secrets.length ?? 0;
}
