import type { Database } from '../database/database.ts';

interface Waiting {
  /** Asked for again while the work ran. */
  again: boolean;
  running: boolean;
}

const waiting = new WeakMap<Database, Map<string, Waiting>>();

/**
 * Does what may wait (sealing, folding) a moment after it was first asked for, once however often it is asked for, and never twice at
 * the same time in this process. It holds no process open. What fails is dropped: whoever needs the work done by a certain time does
 * it himself.
 */
export function soon(db: Database, name: string, milliseconds: number, work: () => Promise<unknown>): void {
  const own = waiting.get(db) ?? new Map<string, Waiting>();
  waiting.set(db, own);
  const before = own.get(name);
  if (before !== undefined) {
    before.again = before.running;
    return;
  }
  const one: Waiting = { again: false, running: false };
  own.set(name, one);
  const timer = setTimeout(async () => {
    one.running = true;
    await work().catch(() => {});
    own.delete(name);
    if (one.again) soon(db, name, milliseconds, work);
  }, milliseconds);
  timer.unref();
}
