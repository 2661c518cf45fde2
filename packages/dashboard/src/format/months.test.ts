import { expect, it } from 'vitest';
import { addMonths, formatMonth, isMonth, monthsBetween } from './months.ts';

it('counts months over the turn of the year', () => {
  expect(addMonths('2025-12', 1)).toBe('2026-01');
  expect(addMonths('2025-01', -1)).toBe('2024-12');
  expect(addMonths('2025-03', -27)).toBe('2022-12');
  expect(monthsBetween('2025-11', '2026-02')).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']);
  expect(monthsBetween('2025-02', '2025-01')).toEqual([]);
});

it('knows a month from what only looks like one', () => {
  expect(['2025-01', '2025-12'].every(isMonth)).toBe(true);
  expect(['2025-13', '2025-1', '2025-01-01', '', 202501].some(isMonth)).toBe(false);
});

it('writes a month in the language of the reader, whatever the clock of the machine', () => {
  expect(formatMonth('2025-12', 'en')).toBe('December 2025');
  expect(formatMonth('2025-12', 'fr')).toBe('décembre 2025');
  expect(formatMonth('2025-01', 'en', 'short')).toBe('Jan 2025');
  expect(formatMonth('2025-01', 'fr', 'name')).toBe('janv.');
});
