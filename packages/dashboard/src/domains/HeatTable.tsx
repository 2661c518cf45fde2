import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { formatMonth } from '../format/months.ts';
import { formatAmount, formatMoney, formatShare } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { changed } from '../selection/selection.ts';
import { useSelected } from '../selection/use-selected.ts';
import { ScrollRegion } from '../tables/ScrollRegion.tsx';
import { SeenLines, type SeenRow } from '../tables/SeenLines.tsx';
import { usePrinting } from '../theme/scheme.ts';
import classes from './domains.module.css';
import type { Cell, Grid } from './grid.ts';

interface HeatTableProps {
  readonly grid: Grid;
  readonly by: 'cost' | 'share';
  readonly labels: ReadonlyMap<string, string>;
  readonly choice: Choice;
  readonly total: string | null;
}

/** Up to here every cell is in the page. */
const MOST_PLAIN_CELLS = 1_500;
/** Pixels of a line before it is measured. */
const LINE_HEIGHT = 44;

/** Entities down, domains across; every cell with a cost is a link to its applications. Of many lines only those that are seen are in the page. */
export function HeatTable({ grid, by, labels, choice, total }: HeatTableProps) {
  const { t, language } = useWords();
  const { nameOf } = useSelected();
  const caption = t('matrix.caption', { month: formatMonth(choice.month, language), currency: choice.currency });
  const whole = (amount: string | null) =>
    amount === null ? (
      t('states.noValue')
    ) : (
      <span title={`${amount} ${choice.currency}`}>{formatAmount(amount, language)}</span>
    );
  const printing = usePrinting();
  const [region, setRegion] = useState<HTMLElement | null>(null);
  const many = grid.entities.length * grid.domains.length > MOST_PLAIN_CELLS && !printing;
  const lineOf = (entity: Grid['entities'][number], place?: SeenRow) => (
    <tr key={entity.code} {...place}>
      <th scope="row" className={classes.corner}>
        <Link
          to="/drilldown"
          search={(before) => changed(before, { entity: [entity.code], domain: [], application: [] })}
        >
          {nameOf('entity', entity.code)}
        </Link>
      </th>
      <td className={classes.sum}>{whole(entity.total)}</td>
      {entity.cells.map((cell, index) => (
        <HeatCell
          key={grid.domains[index]?.code ?? index}
          cell={cell}
          by={by}
          entity={entity.code}
          domain={grid.domains[index]?.code ?? ''}
          names={{
            entity: nameOf('entity', entity.code),
            domain: labels.get(grid.domains[index]?.code ?? '') ?? '',
          }}
          currency={choice.currency}
        />
      ))}
    </tr>
  );
  return (
    <ScrollRegion label={caption} tall={many} onRegion={setRegion}>
      <table className={classes.table} {...(many ? { 'aria-rowcount': grid.entities.length + 2 } : {})}>
        <caption className={classes.caption}>{caption}</caption>
        <thead>
          <tr>
            <th scope="col" className={classes.corner}>
              {t('columns.entity')}
            </th>
            <th scope="col">{t('columns.total')}</th>
            {grid.domains.map(({ code }) => (
              <th key={code} scope="col">
                <span className={classes.domain}>{labels.get(code) ?? code}</span>
              </th>
            ))}
          </tr>
        </thead>
        {many ? (
          <SeenLines
            lines={grid.entities}
            columns={grid.domains.length + 2}
            height={LINE_HEIGHT}
            around={6}
            region={region}
          >
            {lineOf}
          </SeenLines>
        ) : (
          <tbody>{grid.entities.map((entity) => lineOf(entity))}</tbody>
        )}
        <tfoot>
          <tr>
            <th scope="row" className={classes.corner}>
              {t('columns.total')}
            </th>
            <td className={classes.sum}>{whole(total)}</td>
            {grid.domains.map(({ code, total: sum }) => (
              <td key={code} className={classes.sum}>
                {whole(sum)}
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </ScrollRegion>
  );
}

interface HeatCellProps {
  readonly cell: Cell;
  readonly by: 'cost' | 'share';
  readonly entity: string;
  readonly domain: string;
  readonly names: { readonly entity: string; readonly domain: string };
  readonly currency: string;
}

function HeatCell({ cell, by, entity, domain, names, currency }: HeatCellProps) {
  const { t, language } = useWords();
  if (cell.cost === null) {
    return (
      <td className={classes.cell}>
        <span className={classes.none} title={t('matrix.none')}>
          <span aria-hidden="true">·</span>
        </span>
      </td>
    );
  }
  const cost = formatMoney(cell.cost, currency, language, 0);
  const text =
    by === 'cost'
      ? formatAmount(cell.cost, language)
      : cell.share === null
        ? t('states.noValue')
        : formatShare(cell.share, language);
  return (
    <td className={classes.cell}>
      <Link
        to="/drilldown"
        search={(before) => changed(before, { entity: [entity], domain: [domain], application: [] })}
        className={classes.heat ?? ''}
        data-step={cell.step}
        aria-label={t('matrix.open', { ...names, cost: by === 'cost' ? cost : `${text} · ${cost}` })}
      >
        {text}
      </Link>
    </td>
  );
}
