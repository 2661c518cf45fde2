import { Box } from '@mantine/core';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import classes from './table.module.css';

interface ScrollRegionProps {
  readonly label: string;
  readonly children: ReactNode;
  /** Scrolls down inside itself too, at a height that leaves the page its head. */
  readonly tall?: boolean;
  readonly region?: RefObject<HTMLElement | null>;
}

/** A wide table scrolls inside itself. Only while it does, it is a stop of the keyboard, so that the arrow keys reach its far side. */
export function ScrollRegion({ label, children, tall = false, region: given }: ScrollRegionProps) {
  const own = useRef<HTMLElement>(null);
  const region = given ?? own;
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
  }, [region, tall]);
  return (
    <Box
      component="section"
      ref={region}
      className={tall ? `${classes.scroll} ${classes.tall}` : (classes.scroll ?? '')}
      {...(scrolls ? { tabIndex: 0, 'aria-label': label } : {})}
    >
      {children}
    </Box>
  );
}
