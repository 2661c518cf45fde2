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

it('leaves slots to others when one sender has its share, and starts who waits as soon as there is room', async () => {
  const inSlot = slots(3, 2);
  const gates = new Map<string, () => void>();
  const started: string[] = [];
  const ask = (sender: string, name: string) =>
    inSlot(async () => {
      started.push(name);
      await new Promise<void>((open) => gates.set(name, open));
    }, sender);
  const all = ['a1', 'a2', 'a3', 'b1', 'b2'].map((name) => ask(name.slice(0, 1), name));
  expect(started).toEqual(['a1', 'a2', 'b1']);
  gates.get('b1')?.();
  await expect.poll(() => started).toEqual(['a1', 'a2', 'b1', 'b2']);
  gates.get('a2')?.();
  await expect.poll(() => started).toEqual(['a1', 'a2', 'b1', 'b2', 'a3']);
  for (const open of gates.values()) open();
  await Promise.all(all);
});
