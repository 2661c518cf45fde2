import { Drawer } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Path } from '../api/queries.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { changed } from '../selection/selection.ts';
import { useSelected } from '../selection/use-selected.ts';
import classes from './explain.module.css';
import { FactsBehind } from './FactsBehind.tsx';
import { TotalBehind } from './TotalBehind.tsx';

/** The mark in the address that a page's total is explained. */
const TOTAL = 'total';

/** The way to the explanation of a page's total. It stands in the address: a link shows somebody else the same evidence. */
export function ExplainTotal() {
  const { t } = useWords();
  return (
    <Link
      to="."
      search={(before) => changed(before, { explain: [TOTAL] })}
      replace
      resetScroll={false}
      className="action screen-only"
    >
      <IconInfoCircle size={16} aria-hidden="true" className={classes.icon ?? ''} />
      {t('explain.total')}
    </Link>
  );
}

/** The way to the explanation of a product's amount. */
export function ExplainProduct({
  product,
  unit,
  name,
}: {
  readonly product: string;
  readonly unit: string;
  readonly name: string;
}) {
  const { t } = useWords();
  return (
    <Link
      to="."
      search={(before) => changed(before, { explain: [product, unit] })}
      replace
      resetScroll={false}
      className={`${classes.why} screen-only`}
      aria-label={t('explain.product', { name })}
      title={t('explain.product', { name })}
    >
      <IconInfoCircle size={16} aria-hidden="true" />
    </Link>
  );
}

interface ExplainedProps {
  /** What the page's total is of. */
  readonly choice: Choice;
  /** Where in the drill-down a product stands. */
  readonly path?: Path;
}

/** Says where a figure comes from: open while the address names one. */
export function Explained({ choice, path = {} }: ExplainedProps) {
  const { t } = useWords();
  const { selection, change } = useSelected();
  const [product, unit] = selection.explain ?? [];
  const open = product !== undefined;
  const title = unit === undefined ? t('explain.total') : t('explain.product', { name: product ?? '' });
  return (
    <Drawer.Root opened={open} onClose={() => change({ explain: undefined })} position="right" size="xl" padding="lg">
      <Drawer.Overlay />
      <Drawer.Content>
        {/* Not Drawer.Header: a second <header> on the page would be a second banner. */}
        <div className={classes.head}>
          <Drawer.Title className={classes.title ?? ''}>{open && title}</Drawer.Title>
          <Drawer.CloseButton aria-label={t('publications.close')} />
        </div>
        <Drawer.Body>
          {open &&
            (unit === undefined ? (
              <TotalBehind choice={choice} />
            ) : (
              <FactsBehind choice={choice} path={path} product={product} unit={unit} />
            ))}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
