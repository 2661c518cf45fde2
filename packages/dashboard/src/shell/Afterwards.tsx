import { type ReactNode, useEffect, useState } from 'react';
import { usePrinting } from '../theme/scheme.ts';
import { Waiting } from './states.tsx';

/** Longest that anything waits for the page to be quiet. */
const LONGEST_MS = 1500;

/** What stands below the fold: asked for and drawn once the page has nothing else to do, so that the figures above come first. */
export function Afterwards({ height, children }: { readonly height: number; readonly children: ReactNode }) {
  const [now, setNow] = useState(false);
  const printing = usePrinting();
  useEffect(() => {
    // Safari has no idle callback.
    if (window.requestIdleCallback === undefined) {
      const timer = setTimeout(() => setNow(true), 300);
      return () => clearTimeout(timer);
    }
    const handle = window.requestIdleCallback(() => setNow(true), { timeout: LONGEST_MS });
    return () => window.cancelIdleCallback(handle);
  }, []);
  return now || printing ? children : <Waiting height={height} />;
}
