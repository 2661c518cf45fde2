import { Group, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactElement, type ReactNode, useId } from 'react';
import { Panel } from './Panel.tsx';
import { Failure, Nothing, Waiting } from './states.tsx';

interface AnsweredProps<Data> {
  readonly title: string;
  readonly note?: string;
  readonly query: Pick<UseQueryResult<Data>, 'data' | 'error' | 'isPending'> & { refetch(): Promise<unknown> };
  /** Said, or shown, instead of the content where the answer holds nothing. */
  readonly nothing: string | ReactElement;
  /** An absence that is no gap is a line of text, not a state of the page. */
  readonly quiet?: boolean;
  readonly isEmpty: (data: Data) => boolean;
  readonly children: (data: Data) => ReactNode;
  /** What can be done about it, beside the heading. */
  readonly actions?: ReactNode;
  /** What the question is about, to be chosen; also where the answer holds nothing. */
  readonly controls?: ReactNode;
}

/** One question on a surface of its own: its heading, and the answer, its absence or its refusal. */
export function Answered<Data>(props: AnsweredProps<Data>) {
  const { title, note, query, nothing, quiet = false, isEmpty, children, actions, controls } = props;
  const heading = useId();
  const { data, error, isPending, refetch } = query;
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending || data === undefined) return <Waiting height={220} />;
  return (
    <Panel aria-labelledby={heading}>
      <Group justify="space-between" align="center" gap="xs" mb="sm">
        <Title order={2} size="h4" id={heading}>
          {title}
        </Title>
        {actions}
      </Group>
      {note !== undefined && <p className="note">{note}</p>}
      {controls}
      {isEmpty(data) ? <Absence nothing={nothing} quiet={quiet} /> : children(data)}
    </Panel>
  );
}

function Absence({ nothing, quiet }: Required<Pick<AnsweredProps<unknown>, 'nothing' | 'quiet'>>) {
  if (typeof nothing !== 'string') return nothing;
  return quiet ? <p className="note">{nothing}</p> : <Nothing why={nothing} />;
}
