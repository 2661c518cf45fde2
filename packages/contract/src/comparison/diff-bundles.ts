import type { FactRow } from '../format/rows.ts';
import { FACTS, MEASURES } from '../format/tables.ts';
import type { VerifiedBundle } from '../reading/verified-bundle.ts';

type Measure = 'quantity' | (typeof MEASURES)[number];
const COMPARED: readonly Measure[] = ['quantity', ...MEASURES];

/** One fact that is not the same in two revisions: only in the later (`added`), only in the earlier, or changed. */
export interface FactDifference {
  readonly change: 'added' | 'removed' | 'changed';
  readonly grain: Omit<FactRow, Measure>;
  /** Measures as decimal strings. */
  readonly before: Pick<FactRow, Measure> | null;
  readonly after: Pick<FactRow, Measure> | null;
}

/**
 * Lists what differs between two revisions of one entity and month, in the order of the grain.
 * Both hand out their facts in that order, so they are walked side by side and neither is held in memory.
 * Throws RangeError when the bundles are not of one entity and month.
 */
export async function* diffBundles(
  before: Pick<VerifiedBundle, 'manifest' | 'factRows'>,
  after: Pick<VerifiedBundle, 'manifest' | 'factRows'>,
): AsyncGenerator<FactDifference> {
  const slice = ({ manifest }: Pick<VerifiedBundle, 'manifest'>) => `${manifest.entity.code} ${manifest.period_month}`;
  if (slice(before) !== slice(after))
    throw new RangeError(`${slice(before)} and ${slice(after)} have nothing to compare`);
  const earlier = singles(before.factRows());
  const later = singles(after.factRows());
  let left = await earlier.next();
  let right = await later.next();
  while (!left.done || !right.done) {
    const order = left.done ? 1 : right.done ? -1 : compareGrain(left.value, right.value);
    if (order < 0 && !left.done)
      yield { change: 'removed', grain: grainOf(left.value), before: measuresOf(left.value), after: null };
    else if (order > 0 && !right.done)
      yield { change: 'added', grain: grainOf(right.value), before: null, after: measuresOf(right.value) };
    else if (!left.done && !right.done && differ(left.value, right.value)) {
      yield {
        change: 'changed',
        grain: grainOf(left.value),
        before: measuresOf(left.value),
        after: measuresOf(right.value),
      };
    }
    if (order <= 0) left = await earlier.next();
    if (order >= 0) right = await later.next();
  }
}

async function* singles(batches: AsyncIterable<readonly FactRow[]>): AsyncGenerator<FactRow, undefined> {
  for await (const batch of batches) yield* batch;
  return undefined;
}

const GRAIN = FACTS.grain as ReadonlyArray<Exclude<keyof FactRow, Measure>>;

// As DuckDB sorts: none first, then by the bytes of UTF-8 (which JavaScript's own comparison does not follow).
function compareGrain(one: FactRow, other: FactRow): number {
  for (const column of GRAIN) {
    const a = one[column];
    const b = other[column];
    if (a === b) continue;
    if (a === null) return -1;
    if (b === null) return 1;
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  return 0;
}

function differ(one: FactRow, other: FactRow): boolean {
  return COMPARED.some((measure) => one[measure] !== other[measure]);
}

function grainOf({ quantity, cost_effective, cost_billed, cost_standard, ...grain }: FactRow): FactDifference['grain'] {
  return grain;
}

function measuresOf(row: FactRow): Pick<FactRow, Measure> {
  const { quantity, cost_effective, cost_billed, cost_standard } = row;
  return { quantity, cost_effective, cost_billed, cost_standard };
}
