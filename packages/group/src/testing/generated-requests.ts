import { openIssuer, openWebhookNode, registerEvents, registerJobRoutes, uuidv7 } from '@prorata/platform';
import { sendDescribedRequests } from '@prorata/platform/testing';
import { grantReader } from '../access/grants.ts';
import { buildGroupApp } from '../http/server.ts';
import { receive } from '../intake/receive.ts';
import { GROUP_MODULE } from '../node/group-node.ts';
import { bundleOf, enrolMember } from './members.ts';
import { openTestGroup } from './test-group.ts';

/** Requests made from the description of a group node with facts, as each kind of caller. */
export async function sendToGroupNode(count: number): Promise<void> {
  const test = await openTestGroup();
  try {
    const { group } = test;
    const { db, dir, config } = group;
    const member = await enrolMember(group, 'FR01');
    await receive(group, { file: (await bundleOf(group, member)).bytes });
    await grantReader(group, { entity: 'FR01' });
    const webhooks = await openWebhookNode({ db, dir, config });
    const app = await buildGroupApp(group, {
      log: false,
      requestsPerMinute: false,
      also(guarded) {
        registerJobRoutes(guarded, { db, operators: ['group.admin'] });
        registerEvents(guarded, webhooks, 'group');
      },
    });
    const issuer = await openIssuer({ dir, nodeId: config.node_id });
    const token = (roles: readonly string[], entity = false) =>
      issuer.issueToken({
        tenant_id: group.scope.tenantId,
        tenant_mode: 'POOLED',
        country_code: 'FR',
        locale: 'en',
        supported_locales: ['en'],
        billing_status: 'ACTIVE',
        enabled_modules: [GROUP_MODULE],
        roles: [...roles],
        user_id: uuidv7(),
        deployment: config.deployment,
        ...(entity ? { entity_code: 'FR01', legal_entity_id: member.legalEntityId } : {}),
      });
    const tokens = [
      await token(['group.admin', 'group.reader', 'platform.admin']),
      await token(['entity.reader', 'entity.publisher'], true),
      await token(['entity.reader']),
    ];
    const known = [
      'FR01',
      'DE02',
      '2025-07',
      '2025-06',
      'Compute',
      'Storage',
      'payroll',
      'EUR',
      'USD',
      '1',
      '2',
      uuidv7(),
      'entity',
    ];
    try {
      await sendDescribedRequests(app, { count, tokens, known });
    } finally {
      await app.close();
    }
  } finally {
    await test.close();
  }
}
