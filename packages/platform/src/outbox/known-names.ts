import { eventProblem } from './problems.ts';

const MOST_NEAR = 3;

/**
 * Sees to it that every pattern is one of an event that the node may send: who waits for another is never told anything.
 *
 * @param patterns names of events or beginnings of names, as `EventPattern` has them
 * @param names every event that the node may send
 * @throws Problem `WEBHOOK_EVENT_UNKNOWN` with the nearest names and beginnings
 */
export function requireKnownNames(patterns: readonly string[], names: readonly string[]): void {
  const unknown = patterns.find((pattern) => !names.some((name) => covers(pattern, name)));
  if (unknown === undefined) return;
  const near = nearestOf(unknown, names);
  const instead = near.length === 0 ? `there are ${beginnings(names, 1).join(', ')}` : `near it are ${near.join(', ')}`;
  throw eventProblem('WEBHOOK_EVENT_UNKNOWN', `no event of this node is ${unknown}; ${instead}`, {
    event: unknown,
    nearest: near,
  });
}

function covers(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** `ANALYTIC.*`, and with a depth of two `ANALYTIC.AXIS.*`. */
function beginnings(names: readonly string[], depth: number): string[] {
  const parts = names.map((name) => name.split('.'));
  const long = parts.filter((words) => words.length > depth).map((words) => `${words.slice(0, depth).join('.')}.*`);
  return [...new Set(long)].sort();
}

/** Names for a name, beginnings for a beginning: those whose spelling is at most a third away. */
function nearestOf(pattern: string, names: readonly string[]): string[] {
  const others = pattern.endsWith('*') ? [...beginnings(names, 1), ...beginnings(names, 2)] : names;
  return others
    .map((other) => ({ other, apart: edits(pattern, other) }))
    .filter(({ apart }) => apart * 3 <= pattern.length)
    .sort((a, b) => a.apart - b.apart || (a.other < b.other ? -1 : 1))
    .slice(0, MOST_NEAR)
    .map(({ other }) => other);
}

/** Letters to put in, take out or replace between two texts (Levenshtein). */
function edits(one: string, other: string): number {
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...one].entries()) {
    const row = [i + 1];
    for (const [j, against] of [...other].entries()) {
      const replaced = (last[j] ?? 0) + (letter === against ? 0 : 1);
      row.push(Math.min((last[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1, replaced));
    }
    last = row;
  }
  return last[other.length] ?? 0;
}
