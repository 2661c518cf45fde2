import { Box } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import classes from './table.module.css';

/** A wide table scrolls inside itself. Only while it does, it is a stop of the keyboard, so that the arrow keys reach its far side. */
export function ScrollRegion({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  const region = useRef<HTMLElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = region.current;
    if (element === null) return;
    const measure = () => setScrolls(element.scrollWidth > element.clientWidth + 1);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, []);
  return (
    <Box
      component="section"
      ref={region}
      className={classes.scroll ?? ''}
      {...(scrolls ? { tabIndex: 0, 'aria-label': label } : {})}
    >
      {children}
    </Box>
  );
}
