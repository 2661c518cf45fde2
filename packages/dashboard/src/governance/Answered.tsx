import { Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useId } from 'react';
import { Panel } from '../shell/Panel.tsx';
import { Failure, Nothing, Waiting } from '../shell/states.tsx';
import classes from './governance.module.css';

interface AnsweredProps<Data> {
  readonly title: string;
  readonly note?: string;
  readonly query: Pick<UseQueryResult<Data>, 'data' | 'error' | 'isPending' | 'refetch'>;
  /** Said instead of the content where the answer holds nothing. */
  readonly nothing: string;
  readonly isEmpty: (data: Data) => boolean;
  readonly children: (data: Data) => ReactNode;
}

/** One question on a surface of its own: its heading, and the answer, its absence or its refusal. */
export function Answered<Data>({ title, note, query, nothing, isEmpty, children }: AnsweredProps<Data>) {
  const heading = useId();
  const { data, error, isPending, refetch } = query;
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending || data === undefined) return <Waiting height={220} />;
  return (
    <Panel aria-labelledby={heading}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {title}
      </Title>
      {note !== undefined && <p className={classes.note}>{note}</p>}
      {isEmpty(data) ? <Nothing why={nothing} /> : children(data)}
    </Panel>
  );
}
