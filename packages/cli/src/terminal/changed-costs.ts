import { money, type ReportField } from './report.ts';

const COSTS = [
  { cost: 'cost_effective', en: 'Effective', fr: 'Effectif' },
  { cost: 'cost_billed', en: 'Billed', fr: 'Facturé' },
  { cost: 'cost_standard', en: 'Standard', fr: 'Standard' },
] as const;

/** The costs of a fact on one side of a comparison; null where the fact is on the other side alone. */
type Costs = Readonly<Record<(typeof COSTS)[number]['cost'], string | null>> | null;

/** Before and after of each cost that any of the facts has otherwise: a change of prices alone moves no effective cost. */
export function changedCosts(facts: readonly { readonly before: Costs; readonly after: Costs }[]): ReportField[] {
  return COSTS.filter(({ cost }) =>
    facts.some(({ before, after }) => (before?.[cost] ?? null) !== (after?.[cost] ?? null)),
  ).flatMap(({ cost, en, fr }) => [
    money(`${cost}_before`, `${en} before`, `${fr} avant`, { total: true }),
    money(`${cost}_after`, 'after', 'après', { total: true }),
  ]);
}

/** The values of these columns for one fact. */
export function costsOf({
  before,
  after,
}: {
  readonly before: Costs;
  readonly after: Costs;
}): Record<string, string | null> {
  return Object.fromEntries(
    COSTS.flatMap(({ cost }) => [
      [`${cost}_before`, before?.[cost] ?? null],
      [`${cost}_after`, after?.[cost] ?? null],
    ]),
  );
}
