import { IconCheck, IconCircleDashed, IconLock, IconMinus, IconPointFilled } from '@tabler/icons-react';
import classes from './publications.module.css';
import type { CellState } from './states.ts';

export const STATES = ['open', 'closed', 'locked', 'missing', 'inactive'] as const satisfies readonly CellState[];

const ICONS = {
  open: IconPointFilled,
  closed: IconCheck,
  locked: IconLock,
  missing: IconCircleDashed,
  inactive: IconMinus,
} as const;

/** A state as shape and colour; the words stand beside it or in the cell's name. */
export function StateMark({ state }: { readonly state: CellState }) {
  const Icon = ICONS[state];
  return (
    <span className={classes.mark} data-state={state} aria-hidden="true">
      <Icon size={13} stroke={2.4} />
    </span>
  );
}
