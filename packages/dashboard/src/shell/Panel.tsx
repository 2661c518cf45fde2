import type { ComponentPropsWithoutRef } from 'react';
import classes from './shell.module.css';

/** A surface that holds one answer. */
export function Panel({ className, ...rest }: ComponentPropsWithoutRef<'section'>) {
  return <section className={className === undefined ? classes.panel : `${classes.panel} ${className}`} {...rest} />;
}
