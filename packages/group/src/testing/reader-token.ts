import { openIssuer, uuidv7 } from '@prorata/platform';
import type { TestGroup } from './test-group.ts';

/** A token of somebody who reads the group as a whole. */
export async function readerToken(test: TestGroup): Promise<string> {
  const issuer = await openIssuer({ dir: test.group.dir, nodeId: test.group.config.node_id });
  return await issuer.issueToken({
    tenant_id: test.group.scope.tenantId,
    tenant_mode: 'POOLED',
    country_code: 'FR',
    locale: 'en',
    supported_locales: ['en'],
    billing_status: 'ACTIVE',
    enabled_modules: ['FINOPS_GROUP'],
    roles: ['group.reader'],
    user_id: uuidv7(),
    deployment: 'prod',
  });
}
