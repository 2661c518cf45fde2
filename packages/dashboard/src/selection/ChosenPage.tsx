import type { ReactNode } from 'react';
import { useWords } from '../i18n/i18n.ts';
import { PageHead } from '../shell/PageHead.tsx';
import { Failure, Nothing, Waiting } from '../shell/states.tsx';
import type { Choice } from './choice.ts';
import type { Fixed, Part } from './parts.ts';
import { SelectionBar } from './SelectionBar.tsx';
import { useSelected } from './use-selected.ts';

interface ChosenPageProps {
  readonly title: string;
  readonly lead?: string;
  /** What stands beside the title: ways to other pages. */
  readonly actions?: ReactNode;
  /** What of the selection changes something on this page. */
  readonly parts?: readonly Part[];
  /** Filters that the page itself sets. */
  readonly fixed?: readonly Fixed[];
  readonly children: (choice: Choice) => ReactNode;
}

/** A page about the selection of the address: its head, the selection, and the answer once the group is known. */
export function ChosenPage({ title, lead, actions, parts, fixed, children }: ChosenPageProps) {
  const { t } = useWords();
  const { choice, error, waiting } = useSelected();
  return (
    <>
      <PageHead title={title} {...(lead === undefined ? {} : { lead })}>
        {actions}
      </PageHead>
      <SelectionBar {...(parts === undefined ? {} : { parts })} {...(fixed === undefined ? {} : { fixed })} />
      {error !== null && error !== undefined ? (
        <Failure error={error} />
      ) : waiting ? (
        <Waiting height={420} />
      ) : choice === undefined ? (
        <Nothing why={t('states.emptyGroup')} />
      ) : (
        children(choice)
      )}
    </>
  );
}
