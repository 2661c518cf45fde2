import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrastOf, HEAT_STEPS, heatStep, INK, inkOn, MOST_SERIES, seriesColour } from './palette.ts';

const css = readFileSync(new URL('global.css', import.meta.url), 'utf8');
const [light = '', dark = ''] = css.split('data-mantine-color-scheme="dark"');

function variable(name: string, scheme: 'light' | 'dark'): string {
  const pattern = new RegExp(`${name}: (#[0-9a-f]{6});`);
  const value = (scheme === 'dark' ? pattern.exec(dark) : null) ?? pattern.exec(light);
  if (value?.[1] === undefined) throw new Error(`${name} is not a colour`);
  return value[1];
}

describe.each(['light', 'dark'] as const)('in the %s scheme', (scheme) => {
  it('every text colour is readable on every surface', () => {
    for (const surface of ['--page', '--surface', '--sunken']) {
      for (const text of ['--ink', '--ink-soft', '--accent', '--up', '--down']) {
        expect(contrastOf(variable(text, scheme), variable(surface, scheme)), `${text} on ${surface}`).toBeGreaterThan(
          4.5,
        );
      }
    }
    expect(contrastOf(variable('--warn-ink', scheme), variable('--warn-bg', scheme))).toBeGreaterThan(4.5);
    expect(contrastOf(variable('--accent', scheme), variable('--accent-soft', scheme))).toBeGreaterThan(4.5);
    expect(contrastOf(INK[scheme].soft, INK[scheme].surface)).toBeGreaterThan(4.5);
  });

  it('every cell of the heat map is readable', () => {
    for (let step = 1; step <= HEAT_STEPS; step += 1) {
      const ink = step > 5 ? '--heat-ink-high' : step === 5 ? '--heat-ink-mid' : '--heat-ink-low';
      const ratio = contrastOf(variable(ink, scheme), variable(`--heat-${step}`, scheme));
      expect(ratio, `step ${step}`).toBeGreaterThan(4.5);
    }
  });

  it('the categories have colours of their own that stand out from the surface', () => {
    const colours = Array.from({ length: MOST_SERIES }, (_, index) => seriesColour(index, scheme));
    expect(new Set(colours).size).toBe(MOST_SERIES);
    for (const colour of [...colours, seriesColour(99, scheme)]) {
      expect(contrastOf(colour, INK[scheme].surface), colour).toBeGreaterThan(2);
      expect(contrastOf(colour, inkOn(colour)), colour).toBeGreaterThan(4.5);
    }
  });
});

it('gives the greatest cell the darkest step, and nothing none', () => {
  expect(heatStep(0, 100)).toBe(0);
  expect(heatStep(-5, 100)).toBe(0);
  expect(heatStep(100, 100)).toBe(HEAT_STEPS);
  expect(heatStep(0.001, 100)).toBe(1);
  expect(heatStep(5, 0)).toBe(0);
});
