import { expect, it } from 'vitest';
import { type Fall, footOf } from './waterfall.ts';

const falls = (from: number, ...steps: readonly number[]): readonly Fall[] => {
  let height = from;
  const whole = (cost: number): Fall => ({ name: '', start: '0', end: `${cost}`, amount: `${cost}`, whole: true });
  const between = steps.map((step): Fall => {
    const start = height;
    height += step;
    return { name: '', start: `${start}`, end: `${height}`, amount: `${step}`, whole: false };
  });
  return [whole(from), ...between, whole(height)];
};

it('begins at nothing, unless every step happens high above it', () => {
  expect(footOf(falls(100, 50, -120, 10))).toBe(0);
  expect(footOf(falls(915_403, 28_000, -16_000))).toBe(880_000);
  expect(footOf(falls(1000, 0))).toBe(990);
  expect(footOf(falls(0, 0))).toBe(0);
});

it('reaches below nothing where credits do', () => {
  expect(footOf(falls(100, -150, 20))).toBe(-50);
});
