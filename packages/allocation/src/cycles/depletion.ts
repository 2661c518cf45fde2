import { AllocationError, quoted } from '../problems.ts';
import type { Network } from './network.ts';

/**
 * Refuses, before any work, the service centres from which no path leads to an operating centre: their money could only
 * circulate. A centre that gives nothing at all is accepted while no money can reach it.
 *
 * @throws AllocationError `CYCLE_NOT_DEPLETABLE` with the codes in `centres`.
 */
export function assertDepletable(network: Network): void {
  const { service, rows, costs } = network;
  const emptied = leadsToOperating(network);
  const reached = reachedByMoney(network);
  const trapped = service.filter((_, centre) => {
    if (emptied[centre]) return false;
    const row = rows[centre];
    const idle = row !== undefined && row.edges.length === 0 && row.self === 0n;
    return !idle || costs[centre] !== 0n || reached[centre] === true;
  });
  if (trapped.length === 0) return;
  throw new AllocationError(
    'CYCLE_NOT_DEPLETABLE',
    `The service centres ${trapped.map(quoted).join(', ')} serve no operating centre, directly or through another.`,
    { centres: trapped },
  );
}

function leadsToOperating({ service, rows }: Network): boolean[] {
  const servedBy: number[][] = service.map(() => []);
  const emptied = service.map(() => false);
  const queue: number[] = [];
  rows.forEach((row, from) => {
    for (const { to } of row.edges) {
      if (to < service.length) servedBy[to]?.push(from);
      else if (!emptied[from]) {
        emptied[from] = true;
        queue.push(from);
      }
    }
  });
  for (let centre = queue.pop(); centre !== undefined; centre = queue.pop()) {
    for (const from of servedBy[centre] ?? []) {
      if (emptied[from]) continue;
      emptied[from] = true;
      queue.push(from);
    }
  }
  return emptied;
}

function reachedByMoney({ service, rows, costs }: Network): boolean[] {
  const reached = service.map((_, centre) => costs[centre] !== 0n);
  const queue = service.flatMap((_, centre) => (reached[centre] ? [centre] : []));
  for (let centre = queue.pop(); centre !== undefined; centre = queue.pop()) {
    for (const { to } of rows[centre]?.edges ?? []) {
      if (to >= service.length || reached[to]) continue;
      reached[to] = true;
      queue.push(to);
    }
  }
  return reached;
}
