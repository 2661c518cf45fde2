import { type RequestContext, type Tx, uuidv7 } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { groupProblem } from '../problems.ts';

/** An address of the dashboard under a name. */
export interface SavedView {
  readonly view_id: string;
  readonly name: string;
  /** Path and search, as `/domains?month=2025-03`. */
  readonly address: string;
  /** Whether everybody of the same reach sees it. */
  readonly shared: boolean;
  /** Whether the caller saved it. */
  readonly mine: boolean;
  readonly saved_at: string;
}

export interface ViewInput {
  readonly name: string;
  readonly address: string;
  readonly shared: boolean;
}

/** More than anybody finds again. */
export const MOST_VIEWS = 100;
export const LONGEST_NAME = 60;
export const LONGEST_ADDRESS = 4000;

interface Caller {
  readonly context: RequestContext;
  readonly idempotencyKey?: string | undefined;
}

const VIEW = `view_id, name, address, shared, owner_id = $1 AS mine,
  to_char(saved_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS saved_at`;

/** The caller's views and those that others of the same reach share, by name. `reached` is the group as far as the caller sees it. */
export async function listViews(reached: GroupNode, { context }: Pick<Caller, 'context'>): Promise<SavedView[]> {
  return await reached.db.transaction(
    reached.scope,
    (tx) =>
      tx.query<SavedView & Record<string, unknown>>(
        `SELECT ${VIEW} FROM saved_view WHERE shared OR owner_id = $1 ORDER BY lower(name), view_id`,
        [context.userId],
      ),
    { readOnly: true },
  );
}

/**
 * Saves a view; the caller's view of the same name is replaced.
 *
 * @throws Problem `SAVED_VIEWS_FULL`
 */
export async function saveView(reached: GroupNode, input: ViewInput, caller: Caller): Promise<SavedView> {
  const what = { action: 'group.view.save', payload: input, idempotencyKey: caller.idempotencyKey };
  return await recorded(reached, within(reached, caller), what, async (tx, record) => {
    const name = input.name.trim();
    await refuseTooMany(tx, caller.context.userId, name);
    const [view] = await tx.query<SavedView & Record<string, unknown>>(
      `INSERT INTO saved_view (tenant_id, view_id, entity_id, owner_id, name, address, shared)
       VALUES ($2, $3, $4, $1, $5, $6, $7)
           ON CONFLICT (tenant_id, entity_id, owner_id, name)
           DO UPDATE SET address = EXCLUDED.address, shared = EXCLUDED.shared, saved_at = now()
       RETURNING ${VIEW}`,
      [
        caller.context.userId,
        reached.scope.tenantId,
        uuidv7(),
        reached.scope.entityId ?? '',
        name,
        input.address,
        input.shared,
      ],
    );
    if (view === undefined) throw new Error('an insert that returns its row returned none');
    record.audit({ subject: 'saved_view', subjectId: view.view_id, details: { ...input, name } });
    return view;
  });
}

/** Two at once may save one more than the bound: it keeps a list readable, nothing else. */
async function refuseTooMany(tx: Tx, owner: string, name: string): Promise<void> {
  const [others] = await tx.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM saved_view WHERE owner_id = $1 AND name <> $2',
    [owner, name],
  );
  if ((others?.count ?? 0) < MOST_VIEWS) return;
  throw groupProblem('SAVED_VIEWS_FULL', `${MOST_VIEWS} views are saved; ${JSON.stringify(name)} would be one more`);
}

/**
 * Deletes a view: the caller's own, or a shared one where the caller governs the group.
 *
 * @throws Problem `SAVED_VIEW_UNKNOWN`, for one that is not the caller's to delete too
 */
export async function deleteView(
  reached: GroupNode,
  input: { readonly view_id: string },
  caller: Caller,
): Promise<{ view_id: string }> {
  const governs = caller.context.roles.includes('group.admin');
  const what = { action: 'group.view.delete', payload: input, idempotencyKey: caller.idempotencyKey };
  return await recorded(reached, within(reached, caller), what, async (tx, record) => {
    const deleted = await tx.execute(
      'DELETE FROM saved_view WHERE view_id = $1 AND (owner_id = $2 OR (shared AND $3))',
      [input.view_id, caller.context.userId, governs],
    );
    if (deleted === 0) {
      throw groupProblem('SAVED_VIEW_UNKNOWN', `there is no view ${input.view_id} that you may delete`, input);
    }
    record.audit({ subject: 'saved_view', subjectId: input.view_id, details: input });
    return input;
  });
}

/** The caller inside the walls that the reach gives; a token of the group may name an entity and still reads the whole. */
function within(reached: GroupNode, { context }: Caller): RequestContext {
  const { entityCode: _named, ...caller } = context;
  const { entityId } = reached.scope;
  return entityId === undefined ? caller : { ...caller, entityCode: entityId };
}
