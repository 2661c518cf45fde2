import { Box } from '@mantine/core';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import classes from './table.module.css';

interface ScrollRegionProps {
  readonly label: string;
  readonly children: ReactNode;
  /** Scrolls down inside itself too, at a height that leaves the page its head. */
  readonly tall?: boolean;
  /** Is told the element that scrolls, once it is there. */
  readonly onRegion?: (element: HTMLElement | null) => void;
}

/** A wide table scrolls inside itself. Only while it does, it is a stop of the keyboard, so that the arrow keys reach its far side. */
export function ScrollRegion({ label, children, tall = false, onRegion }: ScrollRegionProps) {
  const region = useRef<HTMLElement>(null);
  const attach = useCallback(
    (element: HTMLElement | null) => {
      region.current = element;
      onRegion?.(element);
    },
    [onRegion],
  );
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = region.current;
    if (element === null) return;
    const measure = () =>
      setScrolls(
        element.scrollWidth > element.clientWidth + 1 || (tall && element.scrollHeight > element.clientHeight + 1),
      );
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, [tall]);
  return (
    <Box
      component="section"
      ref={attach}
      className={tall ? `${classes.scroll} ${classes.tall}` : (classes.scroll ?? '')}
      {...(scrolls ? { tabIndex: 0, 'aria-label': label } : {})}
    >
      {children}
    </Box>
  );
}
