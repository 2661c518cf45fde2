import { Alert, Text } from '@mantine/core';
import type { Ref } from 'react';
import { ApiProblem, OFFLINE } from '../api/problem.ts';
import { useWords } from '../i18n/i18n.ts';
import { nodeSaid, refusalWords } from '../i18n/refusals.ts';
import { Told } from '../shell/Told.tsx';

/** More than this many faults are read in the file, not in a dialog. */
const MOST_FAULTS = 12;

/** Why the node did not do what was asked, with its place and value in the node's own words, and what to do next. */
export function Refusal({ error, ref }: { readonly error: Error; readonly ref: Ref<HTMLDivElement> }) {
  const { t, language } = useWords();
  const problem = error instanceof ApiProblem && error.code !== OFFLINE ? error : undefined;
  const offline = error instanceof ApiProblem && error.code === OFFLINE;
  const words = problem === undefined ? undefined : refusalWords(problem, language);
  const title = words === undefined ? t('actions.failed') : <Told said={words.title} />;
  return (
    <Alert ref={ref} tabIndex={-1} color="red" role="alert" title={title}>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {words === undefined ? offline ? t('states.offline') : String(error) : <Told said={words.detail} />}
      </Text>
      {problem !== undefined && problem.faults.length > 0 && (
        <ul style={{ margin: '6px 0', paddingInlineStart: 20, fontSize: 13, overflowWrap: 'anywhere' }}>
          {problem.faults.slice(0, MOST_FAULTS).map((fault) => (
            <li key={fault.text}>
              <Told said={nodeSaid(fault.text, fault.language, language)} />
            </li>
          ))}
        </ul>
      )}
      {words?.next !== undefined && (
        <Text size="sm">
          <Told said={words.next} />
        </Text>
      )}
      {problem !== undefined && (
        <Text size="xs" mt={4}>
          <code>{problem.code}</code>
        </Text>
      )}
    </Alert>
  );
}
