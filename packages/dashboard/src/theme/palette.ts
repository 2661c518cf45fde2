/** Colours of categories, in the order of their size. Neighbours differ in lightness as well as in hue, for readers who confuse hues. */
const SERIES = {
  light: ['#0f7183', '#e0a23a', '#4a5fa8', '#cb6542', '#7fae7b', '#8a5a97', '#6fb3d2', '#a5814f', '#39506a'],
  dark: ['#3ba3b5', '#e8b75c', '#8092d8', '#e08563', '#93c48f', '#b98bc6', '#8ccbe6', '#c6a26e', '#8fa6bf'],
} as const;

/** What is left when there are more categories than colours. */
const REST = { light: '#aab4bb', dark: '#56646f' } as const;

export type Scheme = 'light' | 'dark';

/** Colour of the category at `index`; grey for the rest. */
export function seriesColour(index: number, scheme: Scheme): string {
  return SERIES[scheme][index] ?? REST[scheme];
}

/** How many categories a chart shows by name before it sums the others. */
export const MOST_SERIES = SERIES.light.length - 1;

/** Ink of axes, lines and labels inside a chart, where CSS variables do not reach. */
export const INK = {
  light: { text: '#3f4c57', soft: '#66737e', line: '#e2e7e9', surface: '#ffffff', band: 'rgba(11, 93, 109, 0.07)' },
  dark: { text: '#c9d1d7', soft: '#a3afb9', line: '#2b3741', surface: '#19222a', band: 'rgba(125, 192, 203, 0.12)' },
} as const;

/** Steps of the heat map, 0 for nothing and `HEAT_STEPS` for the greatest; colours stand in `global.css`. */
export const HEAT_STEPS = 7;

/**
 * The step of a value on the heat scale. The square root gives the many small cells a visible difference beside a few great ones.
 *
 * @param value and greatest as pixel numbers; a value of zero or less is step 0
 */
export function heatStep(value: number, greatest: number): number {
  if (!(value > 0) || !(greatest > 0)) return 0;
  return Math.min(HEAT_STEPS, Math.max(1, Math.ceil(Math.sqrt(value / greatest) * HEAT_STEPS)));
}

/** WCAG 2.2 relative luminance of a `#rrggbb` colour. */
export function luminanceOf(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2.2 contrast ratio of two `#rrggbb` colours, 1 to 21. */
export function contrastOf(one: string, other: string): number {
  const [low = 0, high = 0] = [luminanceOf(one), luminanceOf(other)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const DARK_INK = '#10181f';
const LIGHT_INK = '#ffffff';

/** The ink that reads better on a coloured area. */
export function inkOn(colour: string): string {
  return contrastOf(colour, DARK_INK) >= contrastOf(colour, LIGHT_INK) ? DARK_INK : LIGHT_INK;
}
