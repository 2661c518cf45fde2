import { type ReactNode, useEffect, useRef } from 'react';
import { useWords } from '../i18n/i18n.ts';
import classes from './shell.module.css';

interface PageHeadProps {
  readonly title: string;
  readonly lead?: string;
  readonly children?: ReactNode;
}

let arrived = false;

/** The heading of a page. It takes the focus on arrival, so that keyboard and screen reader start at the new content. */
export function PageHead({ title, lead, children }: PageHeadProps) {
  const { t } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The first page of a visit starts where the browser starts: at the top, before the skip link.
    if (arrived) heading.current?.focus({ preventScroll: true });
    arrived = true;
  }, []);
  return (
    <div className={classes.head}>
      <title>{`${title} · ${t('app.name')}`}</title>
      <div>
        <h1 ref={heading} tabIndex={-1} className={classes.title}>
          {title}
        </h1>
        {lead !== undefined && <p className={classes.lead}>{lead}</p>}
      </div>
      {children}
    </div>
  );
}
