import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { slots } from './slots.ts';

it('never runs more than there are slots, keeps the order, and survives what fails', async () => {
  const inSlot = slots(2);
  const started: number[] = [];
  let [running, most] = [0, 0];
  const outcomes = await Promise.allSettled(
    Array.from({ length: 9 }, (_, index) =>
      inSlot(async () => {
        started.push(index);
        most = Math.max(most, ++running);
        await pause(index % 3);
        running -= 1;
        if (index % 2 === 1) throw new Error('failed');
        return index;
      }),
    ),
  );
  expect([most, running]).toEqual([2, 0]);
  expect(started).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(5);
  expect(await inSlot(async () => 'free again')).toBe('free again');
});
