import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { drilldownCsv, drilldownQuery, moreOfLevelQuery, type Path } from '../api/queries.ts';
import { Explained, ExplainTotal } from '../explain/Explained.tsx';
import { Flags } from '../flags/Flags.tsx';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { ChosenPage } from '../selection/ChosenPage.tsx';
import type { Choice } from '../selection/choice.ts';
import { useSelected } from '../selection/use-selected.ts';
import { Panel } from '../shell/Panel.tsx';
import { Failure, NothingSelected, Waiting } from '../shell/states.tsx';
import classes from './drilldown.module.css';
import { LevelTable } from './LevelTable.tsx';
import { Proportions } from './Proportions.tsx';
import { levelOf, pathOf, waysDown } from './path.ts';
import { Steps } from './Steps.tsx';
import { useRowName } from './use-row-name.ts';

/** Group → entity → domain → application → product, with the total at each step taken. */
export function DrilldownPage() {
  const { t } = useWords();
  const { selection } = useSelected();
  return (
    <ChosenPage
      title={t('drilldown.title')}
      lead={t('drilldown.lead')}
      parts={['month', 'amounts', 'filters']}
      fixed={['entity', 'domain', 'application']}
      actions={<ExplainTotal />}
    >
      {(choice) => <Levels choice={choice} path={pathOf(selection)} />}
    </ChosenPage>
  );
}

/** What the total of a level is of: the month, and the steps taken. */
function within(choice: Choice, { entity, domain, application }: Path): Choice {
  const one = (code: string | undefined) => (code === undefined ? [] : [code]);
  const steps = { entity: one(entity), domain: one(domain), application: one(application) };
  return { ...choice, from: choice.month, to: choice.month, ...steps };
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
  const more = useInfiniteQuery(moreOfLevelQuery(choice, path, levels.at(-1)?.data?.next_cursor ?? null));
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
            more={{
              rows: more.data?.pages.flatMap(({ rows }) => rows) ?? [],
              loading: more.isFetching,
              load: () => void more.fetchNextPage(),
            }}
          />
          <Explained choice={within(choice, path)} path={path} />
          <Proportions report={here} level={level} choice={choice} path={path} nameOfRow={nameOfRow} />
        </div>
      )}
    </div>
  );
}
