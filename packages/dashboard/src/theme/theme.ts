import { createTheme, type MantineColorsTuple } from '@mantine/core';

const petrol: MantineColorsTuple = [
  '#edf7f8',
  '#d6ebee',
  '#abd6dd',
  '#7dc0cb',
  '#55abba',
  '#3597a8',
  '#1f8496',
  '#0f7183',
  '#0b5d6d',
  '#074553',
];

const dark: MantineColorsTuple = [
  '#e6ebee',
  '#c9d1d7',
  '#a3afb9',
  '#7d8b97',
  '#56646f',
  '#36434d',
  '#25303a',
  '#19222a',
  '#111920',
  '#0b1117',
];

/** System faces only: nothing is fetched, and figures align because every one of these has tabular digits. */
const SANS =
  'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Open Sans", "Liberation Sans", Arial, sans-serif';

// Shades 8 (light) and 7 (dark) carry white text at more than 4.5:1; Mantine's own default does not.
export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: { light: 8, dark: 7 },
  colors: { petrol, dark },
  fontFamily: SANS,
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  headings: { fontFamily: SANS, fontWeight: '600' },
  respectReducedMotion: true,
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250 } },
    NativeSelect: { defaultProps: { size: 'sm' } },
    InputWrapper: { styles: { label: { color: 'var(--ink-soft)', fontSize: '13px', fontWeight: 500 } } },
  },
});
