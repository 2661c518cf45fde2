import { Alert, Text } from '@mantine/core';
import type { Ref } from 'react';
import { ApiProblem, OFFLINE } from '../api/problem.ts';
import { useWords } from '../i18n/i18n.ts';

/** More than this many faults are read in the file, not in a dialog. */
const MOST_FAULTS = 12;

/** Why the node did not do what was asked, in its own words, and what to do next. */
export function Refusal({ error, ref }: { readonly error: Error; readonly ref: Ref<HTMLDivElement> }) {
  const { t } = useWords();
  const problem = error instanceof ApiProblem && error.code !== OFFLINE ? error : undefined;
  const offline = error instanceof ApiProblem && error.code === OFFLINE;
  return (
    <Alert ref={ref} tabIndex={-1} color="red" role="alert" title={problem?.title ?? t('actions.failed')}>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {offline ? t('states.offline') : (problem?.detail ?? String(error))}
      </Text>
      {problem !== undefined && problem.faults.length > 0 && (
        <ul style={{ margin: '6px 0', paddingInlineStart: 20, fontSize: 13, overflowWrap: 'anywhere' }}>
          {problem.faults.slice(0, MOST_FAULTS).map((fault) => (
            <li key={fault}>{fault}</li>
          ))}
        </ul>
      )}
      {problem?.next !== undefined && <Text size="sm">{problem.next}</Text>}
      {problem !== undefined && (
        <Text size="xs" mt={4}>
          <code>{problem.code}</code>
        </Text>
      )}
    </Alert>
  );
}
