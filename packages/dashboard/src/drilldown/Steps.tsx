import { IconChevronRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Path } from '../api/queries.ts';
import type { DrilldownReport } from '../api/types.ts';
import { ratioOf } from '../format/decimal.ts';
import { formatShare } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import { changed } from '../selection/selection.ts';
import { Amount } from '../tables/cells.tsx';
import classes from './drilldown.module.css';
import { stepsOf } from './path.ts';

interface StepsProps {
  readonly levels: readonly (DrilldownReport | undefined)[];
  readonly path: Path;
}

/** The breadcrumb, each step with the total of the rows under it and what it is of the whole: the figures of the way down agree. */
export function Steps({ levels, path }: StepsProps) {
  const { t, language } = useWords();
  const breadcrumb = levels.at(-1)?.breadcrumb ?? [];
  const whole = levels[0]?.total.cost ?? null;
  return (
    <nav aria-label={t('drilldown.path')}>
      <ol className={classes.steps}>
        {breadcrumb.map(({ level, code, label }, depth) => {
          const report = levels[depth];
          const last = depth === breadcrumb.length - 1;
          const name = level === 'group' ? `${t('drilldown.group')} · ${label}` : label;
          const share = report?.total.cost == null || whole === null ? null : ratioOf(report.total.cost, whole);
          return (
            <li key={`${level} ${code}`} className={classes.step} data-here={last}>
              {depth > 0 && <IconChevronRight size={16} aria-hidden="true" className={classes.arrow ?? ''} />}
              <span className={classes.stepBody}>
                {last ? (
                  <span aria-current="page" className={classes.stepName}>
                    {name}
                  </span>
                ) : (
                  <Link
                    to="/drilldown"
                    search={(before) => changed(before, stepsOf(path, depth))}
                    className={classes.stepName ?? ''}
                  >
                    {name}
                  </Link>
                )}
                <span className={classes.stepTotal}>
                  {report === undefined ? '…' : <Amount value={report.total.cost} currency={report.currency} />}
                  {depth > 0 && share !== null && <span className="soft"> · {formatShare(share, language)}</span>}
                </span>
              </span>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
