import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useCallback } from 'react';

/** Lines that stand ready above and below what is seen, unless told. */
const AROUND = 12;

/** What a row of the table has to bear to be measured, and to say which one of all it is. */
export interface SeenRow {
  readonly ref: (element: HTMLTableRowElement | null) => void;
  readonly 'data-index': number;
  readonly 'aria-rowindex': number;
}

interface SeenLinesProps<Line> {
  readonly lines: readonly Line[];
  /** Of the table. */
  readonly columns: number;
  /** Pixels of a line before it is measured. */
  readonly height: number;
  /** Lines that stand ready above and below what is seen: fewer where a line is a hundred things. */
  readonly around?: number;
  /** The element that scrolls, once it is there. */
  readonly region: HTMLElement | null;
  readonly children: (line: Line, row: SeenRow) => ReactNode;
}

/** The lines of a table body that are seen, between two empty rows as high as all others together. */
export function SeenLines<Line>({ lines, columns, height, around = AROUND, region, children }: SeenLinesProps<Line>) {
  const seen = useVirtualizer({
    count: lines.length,
    getScrollElement: useCallback(() => region, [region]),
    estimateSize: useCallback(() => height, [height]),
    overscan: around,
  });
  const items = seen.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = seen.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <tbody>
      <Room height={above} columns={columns} />
      {items.map(({ index }) => {
        const line = lines[index];
        if (line === undefined) return null;
        // The heading is the first row of the table.
        return children(line, { ref: seen.measureElement, 'data-index': index, 'aria-rowindex': index + 2 });
      })}
      <Room height={below} columns={columns} />
    </tbody>
  );
}

function Room({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    <tr>
      <td colSpan={columns} style={{ height, padding: 0, border: 'none' }} />
    </tr>
  );
}
