import { useComputedColorScheme } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { flushSync } from 'react-dom';
import type { Scheme } from './palette.ts';

// Two objects of one query: Chromium tells of no change on one that was read after the change and before the telling.
const paper = window.matchMedia('print');
const paperChanges = window.matchMedia('print');

function subscribe(notify: () => void): () => void {
  // What is drawn has to be on the paper before the browser takes its picture of the page.
  const atOnce = () => flushSync(notify);
  paperChanges.addEventListener('change', atOnce);
  return () => paperChanges.removeEventListener('change', atOnce);
}

/** Whether the page is being put on paper. */
export function usePrinting(): boolean {
  return useSyncExternalStore(subscribe, () => paper.matches);
}

/** The colours that charts are drawn in; paper is light, whatever the reader prefers on the screen. */
export function useScheme(): Scheme {
  const screen = useComputedColorScheme('light');
  return usePrinting() ? 'light' : screen;
}
