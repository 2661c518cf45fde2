import { Link } from '@tanstack/react-router';
import type { CompletenessRow } from '../api/types.ts';
import { formatMoment, formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { changed } from '../selection/selection.ts';
import { useSelected } from '../selection/use-selected.ts';
import { ScrollRegion } from '../tables/ScrollRegion.tsx';
import classes from './publications.module.css';
import { StateMark } from './StateMark.tsx';
import { type EntityLine, stateOf } from './states.ts';

interface PublicationGridProps {
  readonly lines: readonly EntityLine[];
  readonly months: readonly string[];
}

/** Entities down, months across; a cell opens what was published there. */
export function PublicationGrid({ lines, months }: PublicationGridProps) {
  const { t, language } = useWords();
  // Once for all cells: there are hundreds.
  const { selection } = useSelected();
  return (
    <ScrollRegion label={t('publications.caption')}>
      <table className={classes.table}>
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
        <tbody>
          {lines.map(({ entity, label, cells, published, expected }) => (
            <tr key={entity}>
              <th scope="row" className={classes.corner}>
                {label}
                <span className={classes.code}>
                  {entity} · {published}/{expected}
                </span>
              </th>
              {cells.map((cell, index) => (
                <td key={months[index] ?? index}>
                  {cell !== undefined && <GridCell row={cell} open={selection.at} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
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
