import { useQueries, useQuery } from '@tanstack/react-query';
import { drilldownCsv, drilldownQuery, type Path } from '../api/queries.ts';
import { Flags } from '../flags/Flags.tsx';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { SelectionBar } from '../selection/SelectionBar.tsx';
import { useSelected } from '../selection/use-selected.ts';
import { PageHead } from '../shell/PageHead.tsx';
import { Panel } from '../shell/Panel.tsx';
import { Failure, Nothing, NothingSelected, Waiting } from '../shell/states.tsx';
import classes from './drilldown.module.css';
import { LevelTable } from './LevelTable.tsx';
import { Proportions } from './Proportions.tsx';
import { levelOf, pathOf, waysDown } from './path.ts';
import { Steps } from './Steps.tsx';
import { useRowName } from './use-row-name.ts';

/** Group → entity → domain → application → product, with the total at each step taken. */
export function DrilldownPage() {
  const { t } = useWords();
  const { choice, selection, error, waiting } = useSelected();
  return (
    <>
      <PageHead title={t('drilldown.title')} lead={t('drilldown.lead')} />
      <SelectionBar parts={['month', 'amounts', 'filters']} fixed={['entity', 'domain', 'application']} />
      {error !== null && error !== undefined ? (
        <Failure error={error} />
      ) : waiting ? (
        <Waiting height={420} />
      ) : choice === undefined ? (
        <Nothing why={t('states.emptyGroup')} />
      ) : (
        <Levels choice={choice} path={pathOf(selection)} />
      )}
    </>
  );
}

function Levels({ choice, path }: { readonly choice: Choice; readonly path: Path }) {
  const { t, language } = useWords();
  const nameOfRow = useRowName();
  const levels = useQueries({ queries: waysDown(path).map((way) => drilldownQuery(choice, way)) });
  const level = levelOf(path);
  const { data: indirect } = useQuery({
    ...drilldownQuery({ ...choice, type: 'INDIRECT' }, path),
    enabled: level === 'product' && choice.type !== 'DIRECT',
  });
  const failed = levels.find(({ error }) => error !== null);
  if (failed !== undefined) return <Failure error={failed.error} retry={() => void failed.refetch()} />;
  const here = levels.at(-1)?.data;
  if (here === undefined) return <Waiting height={420} />;
  const name = here.breadcrumb.at(-1);
  const title = t('drilldown.of', { level: t(`drilldown.level_${level}`), name: name?.label ?? '' });
  const month = formatMonth(choice.month, language);
  return (
    <div className={classes.page}>
      <Flags choice={{ ...choice, from: choice.month, to: choice.month }} />
      <Steps levels={levels.map(({ data }) => data)} path={path} />
      {here.rows.length === 0 ? (
        <Panel>
          <NothingSelected />
        </Panel>
      ) : (
        <div className={classes.columns} data-level={level}>
          <LevelTable
            report={here}
            level={level}
            title={title}
            month={month}
            path={path}
            indirect={choice.type === 'DIRECT' ? [] : indirect?.rows}
            nameOfRow={nameOfRow}
            csv={drilldownCsv(choice, path)}
          />
          <Proportions report={here} level={level} choice={choice} path={path} nameOfRow={nameOfRow} />
        </div>
      )}
    </div>
  );
}
