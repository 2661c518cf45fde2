import type { ReportInput } from '@prorata/group';
import { Option } from 'commander';
import { readCurrency, readMonth } from '../terminal/values.ts';

/** What `group report …` can be asked on the command line. */
export interface ReportOptions {
  readonly from?: string;
  readonly to?: string;
  readonly month?: string;
  readonly currency?: string;
  readonly measure?: string;
  readonly type?: string;
  readonly withoutTax?: boolean;
  readonly entity?: readonly string[];
  readonly domain?: readonly string[];
  readonly application?: readonly string[];
  readonly family?: readonly string[];
  readonly product?: readonly string[];
  readonly environment?: readonly string[];
  readonly hierarchy?: string;
}

const ENVIRONMENTS = ['prod', 'non_prod', 'unknown', 'n_a'] as const;
const HIERARCHIES = ['reported', 'today'] as const;
const MEASURES = ['cost', 'cost_effective', 'cost_billed', 'cost_standard'] as const;

export const MONTH_OPTIONS: readonly Option[] = [
  new Option('--from <month>', 'first month, YYYY-MM'),
  new Option('--to <month>', 'last month, YYYY-MM'),
  new Option('--month <month>', 'this month only').conflicts(['from', 'to']),
];

export const ENTITY_OPTION = new Option('--entity <code...>', 'only these entities');

export const REPORT_OPTIONS: readonly Option[] = [
  ...MONTH_OPTIONS,
  new Option('--currency <code>', "currency of the figures; the group's unless told"),
  new Option('--measure <name>', 'which cost is added up').choices(MEASURES).default('cost'),
  new Option('--type <type>', 'only what was measured, or only what was spread').choices(['direct', 'indirect']),
  new Option('--without-tax', 'leave tax out'),
  ENTITY_OPTION,
  new Option('--domain <code...>', 'only these domains'),
  new Option('--application <code...>', 'only these applications'),
  new Option('--family <code...>', 'only these families'),
  new Option('--product <code...>', 'only these products'),
  new Option('--environment <name...>', 'only these environments').choices(ENVIRONMENTS),
  new Option('--hierarchy <name>', 'domains and families as reported, or where the references have them today').choices(
    HIERARCHIES,
  ),
];

/** @throws Problem `MONTH_INVALID`, `OPTION_INVALID` */
export function readReportOptions(options: ReportOptions): ReportInput {
  const from = options.month ?? options.from;
  const to = options.month ?? options.to;
  const measure = MEASURES.find((name) => name === options.measure);
  const hierarchy = HIERARCHIES.find((name) => name === options.hierarchy);
  const { family, product, environment } = options;
  return {
    ...(from === undefined ? {} : { from: readMonth(from) }),
    ...(to === undefined ? {} : { to: readMonth(to) }),
    ...(options.currency === undefined ? {} : { currency: readCurrency(options.currency) }),
    ...(measure === undefined ? {} : { measure }),
    ...(options.type === undefined ? {} : { consumption_type: options.type === 'direct' ? 'DIRECT' : 'INDIRECT' }),
    ...(options.withoutTax === true ? { without_tax: true } : {}),
    ...(options.entity === undefined ? {} : { entity: options.entity }),
    ...(options.domain === undefined ? {} : { domain: options.domain }),
    ...(options.application === undefined ? {} : { application: options.application }),
    ...(family === undefined ? {} : { family }),
    ...(product === undefined ? {} : { product }),
    ...(environment === undefined ? {} : { environment: ENVIRONMENTS.filter((name) => environment.includes(name)) }),
    ...(hierarchy === undefined ? {} : { hierarchy }),
  };
}
