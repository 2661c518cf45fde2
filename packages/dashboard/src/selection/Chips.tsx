import { Pill } from '@mantine/core';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from './choice.ts';
import type { Fixed } from './parts.ts';
import classes from './selection.module.css';
import type { Selection } from './selection.ts';
import type { Selected } from './use-selected.ts';

/** One thing that narrows the figures, and the selection without it. */
export type Mark =
  | { readonly kind: Fixed; readonly code: string; readonly without: Loose }
  | { readonly kind: 'type'; readonly code: 'DIRECT' | 'INDIRECT'; readonly without: Loose }
  | { readonly kind: 'environment'; readonly code: Choice['environment'][number]; readonly without: Loose }
  | { readonly kind: 'hierarchy'; readonly code: 'today'; readonly without: Loose };

type Loose = { readonly [K in keyof Selection]?: Selection[K] | undefined };

/** Everything that narrows, but what the page sets by itself. */
export function marksOf(choice: Choice, fixed: readonly Fixed[]): readonly Mark[] {
  const kinds = (['entity', 'domain', 'family', 'product', 'application'] as const).filter(
    (kind) => !fixed.includes(kind),
  );
  return [
    ...kinds.flatMap((kind) =>
      choice[kind].map((code) => ({ kind, code, without: { [kind]: choice[kind].filter((other) => other !== code) } })),
    ),
    ...(choice.type === undefined ? [] : [{ kind: 'type', code: choice.type, without: { type: undefined } } as const]),
    ...choice.environment.map((code) => {
      const without = { environment: choice.environment.filter((other) => other !== code) };
      return { kind: 'environment', code, without } as const;
    }),
    ...(choice.hierarchy === 'today'
      ? [{ kind: 'hierarchy', code: 'today', without: { hierarchy: undefined } } as const]
      : []),
  ];
}

/** What a mark says. */
export function useMarkName(selected: Selected): (mark: Mark) => string {
  const { t } = useWords();
  return (mark) => {
    if (mark.kind === 'type') return t(`types.${mark.code}`);
    if (mark.kind === 'environment') return t(`environments.${mark.code}`);
    if (mark.kind === 'hierarchy') return t(`hierarchies.${mark.code}`);
    return selected.nameOf(mark.kind, mark.code);
  };
}

/** The marks, each with a button that takes it away. */
export function Chips({ selected, fixed }: { readonly selected: Selected; readonly fixed: readonly Fixed[] }) {
  const { t } = useWords();
  const nameOf = useMarkName(selected);
  const { choice, change } = selected;
  if (choice === undefined) return null;
  return (
    <ul className={classes.chips}>
      {marksOf(choice, fixed).map((mark) => (
        <li key={`${mark.kind} ${mark.code}`}>
          <Pill
            withRemoveButton
            removeButtonProps={{
              'aria-label': t('selection.remove', { name: nameOf(mark) }),
              'aria-hidden': false,
              tabIndex: 0,
            }}
            onRemove={() => change(mark.without)}
          >
            {nameOf(mark)}
          </Pill>
        </li>
      ))}
    </ul>
  );
}
