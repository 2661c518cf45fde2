import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { CompletenessRow } from '../api/types.ts';
import { formatMoment, formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { changed } from '../selection/selection.ts';
import { useSelected } from '../selection/use-selected.ts';
import { ScrollRegion } from '../tables/ScrollRegion.tsx';
import { SeenLines, type SeenRow } from '../tables/SeenLines.tsx';
import { usePrinting } from '../theme/scheme.ts';
import classes from './publications.module.css';
import { StateMark } from './StateMark.tsx';
import { type EntityLine, stateOf } from './states.ts';

interface PublicationGridProps {
  readonly lines: readonly EntityLine[];
  readonly months: readonly string[];
}

/** Up to here every cell is in the page; three years of three hundred entities took nine seconds. */
const MOST_PLAIN_CELLS = 1_500;
/** Pixels of a line before it is measured. */
const LINE_HEIGHT = 53;

/** Entities down, months across; a cell opens what was published there. Of many lines only those that are seen are in the page; paper has all. */
export function PublicationGrid({ lines, months }: PublicationGridProps) {
  const { t, language } = useWords();
  // Once for all cells: there are hundreds.
  const { selection } = useSelected();
  const printing = usePrinting();
  const [region, setRegion] = useState<HTMLElement | null>(null);
  // Years of months are wider than any screen: the latest are looked at first.
  const drawn = months.length;
  useEffect(() => {
    if (region !== null && drawn > 0) region.scrollLeft = region.scrollWidth;
  }, [region, drawn]);
  const many = lines.length * months.length > MOST_PLAIN_CELLS && !printing;
  const lineOf = ({ entity, label, cells, published, expected }: EntityLine, place?: SeenRow) => (
    <tr key={entity} {...place}>
      <th scope="row" className={classes.corner}>
        <span className={classes.name}>{label}</span>
        <span className={classes.code}>
          {entity} · {published}/{expected}
        </span>
      </th>
      {cells.map((cell, index) => (
        <td key={months[index] ?? index}>{cell !== undefined && <GridCell row={cell} open={selection.at} />}</td>
      ))}
    </tr>
  );
  return (
    <ScrollRegion label={t('publications.caption')} tall={many} onRegion={setRegion}>
      <table className={classes.table} {...(many ? { 'aria-rowcount': lines.length + 1 } : {})}>
        <caption className={classes.caption}>{t('publications.caption')}</caption>
        <thead>
          <tr>
            <th scope="col" className={classes.corner}>
              {t('columns.entity')}
            </th>
            {months.map((month) => (
              <th key={month} scope="col">
                <span className={classes.monthName}>{formatMonth(month, language, 'name')}</span>
                <span className={classes.year}>{month.slice(0, 4)}</span>
              </th>
            ))}
          </tr>
        </thead>
        {many ? (
          <SeenLines lines={lines} columns={months.length + 1} height={LINE_HEIGHT} around={3} region={region}>
            {lineOf}
          </SeenLines>
        ) : (
          <tbody>{lines.map((line) => lineOf(line))}</tbody>
        )}
      </table>
    </ScrollRegion>
  );
}

interface GridCellProps {
  readonly row: CompletenessRow;
  /** Entity and month of what stands open. */
  readonly open: string | undefined;
}

function GridCell({ row, open }: GridCellProps) {
  const { t, language } = useWords();
  const { entity, label, period_month, revision, received_at, differs_revision: differs } = row;
  const state = stateOf(row);
  const names = { entity: label, month: formatMonth(period_month, language) };
  const title = [
    received_at === null ? null : `${t('columns.received')} ${formatMoment(received_at, language)}`,
    differs === null ? null : t('publications.differs', { revision: differs }),
  ]
    .filter((part) => part !== null)
    .join(' · ');
  if (revision === null) {
    return (
      <span className={classes.cell} data-state={state} title={t(`publications.${state}`)}>
        <StateMark state={state} />
        <span className={classes.hidden}>{t('publications.cellMissing', names)}</span>
      </span>
    );
  }
  const at = `${entity}/${period_month}`;
  return (
    <Link
      to="/publications"
      search={(before) => changed(before, { at })}
      resetScroll={false}
      className={classes.cell ?? ''}
      data-state={state}
      data-open={open === at}
      data-differs={differs !== null}
      title={title}
      aria-label={[
        t('publications.cell', { ...names, revision, status: t(`publications.${state}`) }),
        ...(differs === null ? [] : [t('publications.differs', { revision: differs })]),
      ].join(', ')}
    >
      <StateMark state={state} />
      <span className="figure">{t('publications.revision', { revision })}</span>
    </Link>
  );
}
