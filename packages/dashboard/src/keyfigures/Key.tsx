import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './keyfigures.module.css';

interface KeyProps {
  readonly label: string;
  readonly waiting: boolean;
  readonly first?: boolean;
  readonly children: ReactNode;
}

/** The figures that a reader takes away, side by side. */
export function Keys({ children }: { readonly children: ReactNode }) {
  return <dl className={classes.keys}>{children}</dl>;
}

/** One figure with its name and a note on it. */
export function Key({ label, waiting, first, children }: KeyProps) {
  return (
    <div className={first === true ? `${classes.key} ${classes.first}` : classes.key} aria-busy={waiting}>
      <dt>{label}</dt>
      {waiting ? (
        <dd>
          <Skeleton height={32} width="70%" my={4} />
          <Skeleton height={12} width="90%" />
        </dd>
      ) : (
        children
      )}
    </div>
  );
}

/** As many characters as fit a card of a laptop in full size. */
const FITTING = 12;

export function KeyValue({ children, exact }: { readonly children: ReactNode; readonly exact?: string }) {
  const long = typeof children === 'string' && children.length > FITTING;
  return (
    <dd className={classes.value} data-long={long} {...(exact === undefined ? {} : { title: exact })}>
      {children}
    </dd>
  );
}

export function KeyNote({ children }: { readonly children: ReactNode }) {
  return <dd className={classes.note}>{children}</dd>;
}
