import { auditNode, openIssuer, platformProblem } from '@prorata/platform';
import type { Command } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, reportTable, text } from '../terminal/report.ts';
import { withNode } from './open-node.ts';

/** `prorata audit verify`: recomputes the audit chains of a node from the stored rows, and compares with kept checkpoints. */
export function auditCommands(program: Command, shell: Shell): void {
  addCommand(addGroup(program, 'audit', 'the log of every change'), shell, {
    name: 'verify',
    summary: 'recompute the audit chains and name the first row that was changed, removed or inserted',
    examples: ['audit verify --dir G'],
    dir: "the node's folder",
    async run({ dir, terminal }) {
      const chains = await withNode(dir, async ({ node }) => {
        const issuer = await openIssuer({ dir, nodeId: node.config.node_id });
        return await auditNode({ db: node.db, dir, issuer, tenantId: node.scope.tenantId });
      });
      const faults = chains.flatMap((chain) =>
        chain.faults.map((fault) => ({ legal_entity_id: chain.legal_entity_id, ...fault })),
      );
      if (faults.length > 0) {
        const [first] = faults;
        throw platformProblem('AUDIT_CHAIN_BROKEN', `row ${first?.seq}: ${first?.code}, ${first?.detail}`, {
          rows: faults,
        });
      }
      const rows = chains.map((chain) => ({ ...chain, legal_entity_id: chain.legal_entity_id ?? 'tenant' }));
      const fields = [
        text('legal_entity_id', 'Chain', 'Chaîne'),
        count('count', 'Rows', 'Lignes'),
        count('unsealed', 'Not sealed yet', 'Pas encore scellées'),
        text('head', 'Head', 'Tête'),
      ];
      return { document: { sound: true, rows: chains }, text: reportTable(rows, fields, terminal.language) };
    },
  });
}
