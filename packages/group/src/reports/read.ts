import { createHash } from 'node:crypto';
import type { Database, Statement, Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { STATE, versionIn } from './state.ts';

/** Before the first look, from which on everything is seen as it stands then. */
const AS_OF_ONE_MOMENT: Statement = { sql: 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', values: [] };
/** Twenty thousand sums of applications take 10 MB; with the usual 4 they go to the disk and back. */
const ROOM_TO_ADD_UP: Statement = { sql: "SET LOCAL work_mem = '16MB'", values: [] };

/**
 * Reads as the consolidated role: the only one that sees more than one entity. A report takes several statements (which months, which
 * rates, the figures); they see one state, so that an intake in between cannot bring costs whose rates nobody looked up.
 *
 * A node whose scope names an entity reads within that entity's walls, whatever the filters say.
 */
export async function read<T>(group: GroupNode, work: (tx: Tx) => Promise<T>): Promise<T> {
  return await group.db.transaction(
    group.scope,
    async (tx) => {
      known.set(tx, knownOf(group, versionIn(tx.ahead[1])));
      return await work(tx);
    },
    { role: isOfEntity(group) ? 'app' : 'reader', readOnly: true, ahead: [AS_OF_ONE_MOMENT, STATE, ROOM_TO_ADD_UP] },
  );
}

/** Whether reads stay within the walls of one entity. */
export function isOfEntity(group: GroupNode): boolean {
  return group.scope.entityId !== undefined;
}

/** What has been looked up of one state, by those who may see the same rows. */
interface Known {
  readonly version: string;
  readonly found: Map<string, unknown>;
}

/** Beyond it, what was looked up is forgotten: months, labels and rates of a state are a few dozen. */
const MOST_KNOWN = 200;

const states = new WeakMap<Database, Map<string, Known>>();
const known = new WeakMap<Tx, Known>();

/** Each transaction knows its state's name from its own snapshot, so that nothing older or newer than what it sees can be handed to it. */
function knownOf(group: GroupNode, version: string): Known {
  const ofDatabase = states.get(group.db) ?? new Map<string, Known>();
  states.set(group.db, ofDatabase);
  const walls = `${group.scope.tenantId} ${group.scope.entityId ?? ''}`;
  const held = ofDatabase.get(walls);
  if (held?.version === version) return held;
  const fresh: Known = { version, found: new Map() };
  if (ofDatabase.size >= MOST_KNOWN) ofDatabase.clear();
  ofDatabase.set(walls, fresh);
  return fresh;
}

/**
 * What a read looks up beside its figures (months, labels, rates), asked of the database once for each state of the group. Only for what
 * the state's name covers (`STATE`), and what nobody changes in memory.
 *
 * @param name tells this question from every other, with all that it depends on but the state and the walls
 */
export async function remembered<T>(tx: Tx, name: string, look: () => Promise<T>): Promise<T> {
  const state = known.get(tx);
  if (state === undefined) return await look();
  // Names can be as long as a list of codes.
  const key = createHash('sha256').update(name).digest('base64');
  if (state.found.has(key)) return state.found.get(key) as T;
  const found = await look();
  if (state.found.size >= MOST_KNOWN) state.found.clear();
  state.found.set(key, found);
  return found;
}
