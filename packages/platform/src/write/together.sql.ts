import type { Statement } from '../database/tx.ts';
import { endsOf, ownerOf } from './by-company.ts';
import {
  ANSWER_COLUMNS,
  AUDIT_COLUMNS,
  EVENT_COLUMNS,
  type KeyedWrite,
  keyColumns,
  listsOf,
  type Remains,
} from './keyed-write.ts';

/** What several writes of a tenant send, sorted by legal entity: the functions of migration 0006. */
const CLAIM = {
  name: 'claim_keys_together',
  text: 'SELECT place, request_hash, status, body FROM claim_keys_together($1, $2, $3, $4, $5, $6, $7)',
};
const RECORD = {
  name: 'record_writes_together',
  text: `SELECT record_writes_together(${Array.from({ length: 25 }, (_, index) => `$${index + 1}`).join(', ')})`,
};

/** The look-up of their keys; none where none has a key. Its rows are `StoredAnswer`s. */
export function claimTogether(
  tenantId: string,
  legalEntities: readonly string[],
  writes: readonly KeyedWrite[],
): Statement[] {
  if (writes.every(({ request }) => request.idempotencyKey === undefined)) return [];
  const owners = writes.map(({ context }) => ownerOf(context));
  return [{ sql: CLAIM, values: [tenantId, legalEntities, endsOf(legalEntities, owners), ...keyColumns(writes)] }];
}

/** Stores what they leave behind. */
export function recordTogether(
  tenantId: string,
  legalEntities: readonly string[],
  left: readonly { readonly owner: string; readonly remains: Remains }[],
): Statement {
  const kinds = ['events', 'answers', 'audit'] as const;
  const ends = kinds.map((kind) =>
    endsOf(
      legalEntities,
      left.flatMap(({ owner, remains }) => remains[kind].map(() => owner)),
    ),
  );
  const lists = [
    ...listsOf(
      EVENT_COLUMNS,
      left.flatMap(({ remains }) => remains.events),
    ),
    ...listsOf(
      ANSWER_COLUMNS,
      left.flatMap(({ remains }) => remains.answers),
    ),
    ...listsOf(
      AUDIT_COLUMNS,
      left.flatMap(({ remains }) => remains.audit),
    ),
  ];
  return { sql: RECORD, values: [tenantId, legalEntities, ...ends, ...lists] };
}
