import { openIssuer, platformProblem } from '@prorata/platform';
import { type Command, Option } from 'commander';
import { cliProblem } from '../problems.ts';
import { addCommand, type Shell } from '../terminal/command.ts';
import { readCode } from '../terminal/values.ts';
import { operatorClaims } from './claims.ts';
import { type AnyNode, withNode } from './open-node.ts';
import { requireRoles } from './roles.ts';

interface TokenOptions {
  readonly role: readonly string[];
  readonly legalEntity?: string;
  readonly hours: string;
}

/** `prorata token`: a signed token of the node's embedded issuer, for trying its API. */
export function tokenCommand(program: Command, shell: Shell): void {
  addCommand<TokenOptions>(program, shell, {
    name: 'token',
    summary: "sign a token with the node's own issuer, for trying its API",
    examples: ['token --dir G --role group.reader', 'token --dir G --role entity.publisher --legal-entity FR01'],
    dir: "the node's folder",
    options: [
      new Option('--role <name...>', 'roles of the bearer').makeOptionMandatory(),
      new Option('--legal-entity <code>', 'entity that the bearer speaks for'),
      new Option('--hours <number>', 'life of the token').default('12'),
    ],
    async run({ dir, options }) {
      const hours = readHours(options.hours);
      return await withNode(dir, async (open) => {
        const { config } = open.node;
        requireRoles(config, options.role);
        const provider = config.identity?.oidc.issuer;
        if (provider !== undefined) {
          throw platformProblem('EMBEDDED_ISSUER_OFF', `the node takes tokens of ${provider} and none of its own`, {
            issuer: provider,
          });
        }
        const issuer = await openIssuer({ dir, nodeId: config.node_id });
        const legalEntity =
          options.legalEntity === undefined ? undefined : await entityOf(open, readCode(options.legalEntity));
        const claims = operatorClaims(config, { roles: options.role, legalEntity });
        const token = await issuer.issueToken(claims, { lifetimeSeconds: hours * 3600 });
        const expires = new Date(Date.now() + hours * 3_600_000).toISOString();
        return { document: { token, token_type: 'Bearer', expires_at: expires, roles: claims.roles }, text: token };
      });
    },
  });
}

function readHours(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= 744) return Number(text);
  throw cliProblem('OPTION_INVALID', `--hours ${text} is not a whole number from 1 to 744`, { value: text });
}

async function entityOf({ kind, node }: AnyNode, code: string): Promise<{ id: string; code: string }> {
  if (kind === 'entity' && node.config.entity?.code === code) return { id: node.config.entity.id, code };
  const rows =
    kind === 'entity'
      ? []
      : await node.db.transaction(node.scope, (tx) =>
          tx.query<{ id: string }>('SELECT legal_entity_id AS id FROM dim_entity WHERE entity_id = $1', [code]),
        );
  const [row] = rows;
  if (row === undefined) throw cliProblem('ENTITY_NOT_HERE', `this node knows no entity ${code}`, { entity: code });
  return { id: row.id, code };
}
