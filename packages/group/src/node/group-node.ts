import {
  type Database,
  ENTITY_CODE,
  type MigrationSet,
  type NodeConfig,
  type RequestContext,
  type Scope,
  type SigningKey,
  uuidv7,
} from '@prorata/platform';

/** Tables of a group node; they follow those of the platform. */
export const GROUP_MIGRATIONS: MigrationSet = {
  name: 'group',
  directory: new URL('../../migrations/', import.meta.url),
};

/** Module that a tenant needs for the group's API. */
export const GROUP_MODULE = 'FINOPS_GROUP';

/** An open group node: one tenant, its database and its signing key. Whoever opened it closes it. */
export interface GroupNode {
  readonly dir: string;
  readonly config: NodeConfig;
  readonly db: Database;
  readonly scope: Scope;
  /** Signs admissions; its public half is what entities trust. */
  readonly signingKey: SigningKey;
  close(): Promise<void>;
}

/**
 * Who acts when the node's operator works from the shell of the machine: the node itself, with every role. Its user id is the
 * node's id.
 */
export function operatorContext(group: GroupNode): RequestContext {
  return {
    tenantId: group.config.tenant.id,
    tenantMode: group.db.tenantMode(group.config.tenant.id),
    tenantLabel: group.config.tenant.label,
    countryCode: 'FR',
    locale: 'en',
    supportedLocales: ['en', 'fr'],
    billingStatus: 'ACTIVE',
    enabledModules: [GROUP_MODULE],
    roles: ['group.admin', 'group.reader'],
    userId: group.config.node_id,
    correlationId: uuidv7(),
  };
}

/** Whether a text may be the code of an entity (FR01). */
export function isEntityCode(text: string): boolean {
  return ENTITY_CODE.test(text);
}
