import { isMonth } from '../format/months.ts';
import type { Language } from '../format/numbers.ts';

export const MEASURES = ['cost', 'cost_effective', 'cost_billed', 'cost_standard'] as const;
export type Measure = (typeof MEASURES)[number];
/** Direct: measured for the application; indirect: its part of something shared (spec 01, 5). */
export const TYPES = ['DIRECT', 'INDIRECT'] as const;
export type ConsumptionType = (typeof TYPES)[number];
export const ENVIRONMENTS = ['prod', 'non_prod', 'unknown', 'n_a'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];
/** How many of a ranking are drawn before the others become one. */
export const TOPS = ['5', '10', '20', 'all'] as const;
export type Top = (typeof TOPS)[number];

/** What a reader looks at. It stands in the address of the page, so that a link shows another reader the same thing. */
export interface Selection {
  /** First and last month of the series; the newest twelve with facts unless given. */
  readonly from?: string;
  readonly to?: string;
  /** The month that figures and rankings are about; the last complete one of the range unless given. */
  readonly month?: string;
  readonly currency?: string;
  readonly measure?: Measure;
  readonly without_tax?: true;
  readonly entity?: readonly string[];
  readonly domain?: readonly string[];
  readonly family?: readonly string[];
  readonly product?: readonly string[];
  readonly application?: readonly string[];
  readonly type?: ConsumptionType;
  readonly environment?: readonly Environment[];
  /** Domains and families as the references have them now, instead of as they were reported. */
  readonly hierarchy?: 'today';
  /** What the columns of the month series are made of. */
  readonly stack?: 'entity';
  /** The month series adds up from its first month on. */
  readonly running?: true;
  readonly top?: Top;
  /** What the cells of the heat map show. */
  readonly cells?: 'share';
  /** The figures that are shown as tables. */
  readonly table?: readonly string[];
  /** What entities are compared with: the average unless given, an entity, or a reference view of the group. */
  readonly reference?: string;
  /** What is explained by a bridge: two entities instead of two months, and which; the month it starts from. */
  readonly bridge?: 'entities';
  readonly pair?: readonly string[];
  readonly base?: string;
  /** The figure that is explained: `total`, or a product and its unit. */
  readonly explain?: readonly string[];
  /** The part of governance that is looked at. */
  readonly tab?: string;
  /** The publication that is looked into, as `FR01/2025-06`. */
  readonly at?: string;
  readonly lang?: Language;
}

const PUBLICATION = /^[A-Z0-9][A-Z0-9_-]{0,31}\/\d{4}-(0[1-9]|1[0-2])$/;
const CURRENCY = /^[A-Z]{3}$/;
/** Codes are free text of the entities, within the bounds of the data contract. */
const LONGEST_CODE = 200;
/** As many values of one filter as the node takes. */
const MOST_CODES = 300;

/** Reads a selection from the parameters of an address; what is malformed falls back to the default instead of failing. */
export function readSelection(search: Readonly<Record<string, unknown>>): Selection {
  const { from, to, month, currency, measure, lang } = search;
  return compact({
    from: isMonth(from) ? from : undefined,
    to: isMonth(to) ? to : undefined,
    month: isMonth(month) ? month : undefined,
    currency: typeof currency === 'string' && CURRENCY.test(currency) ? currency : undefined,
    measure: MEASURES.find((known) => known === measure && known !== 'cost'),
    without_tax: search.without_tax === 'true' || search.without_tax === true ? true : undefined,
    entity: codes(search.entity),
    domain: codes(search.domain),
    family: codes(search.family),
    product: codes(search.product),
    application: codes(search.application),
    type: TYPES.find((known) => known === search.type),
    environment: environments(search.environment),
    hierarchy: search.hierarchy === 'today' ? 'today' : undefined,
    stack: search.stack === 'entity' ? 'entity' : undefined,
    running: search.running === 'true' || search.running === true ? true : undefined,
    top: TOPS.find((known) => known === search.top && known !== '10'),
    cells: search.cells === 'share' ? 'share' : undefined,
    table: codes(search.table),
    reference: codes(search.reference)?.[0],
    bridge: search.bridge === 'entities' ? 'entities' : undefined,
    pair: codes(search.pair)?.slice(0, 2),
    base: isMonth(search.base) ? search.base : undefined,
    explain: codes(search.explain)?.slice(0, 2),
    tab: codes(search.tab)?.[0],
    at: typeof search.at === 'string' && PUBLICATION.test(search.at) ? search.at : undefined,
    lang: lang === 'en' || lang === 'fr' ? lang : undefined,
  });
}

function codes(value: unknown): readonly string[] | undefined {
  const list = (Array.isArray(value) ? value : [value]).filter(
    (code): code is string => typeof code === 'string' && code !== '' && code.length <= LONGEST_CODE,
  );
  return list.length === 0 ? undefined : [...new Set(list)].slice(0, MOST_CODES);
}

function environments(value: unknown): readonly Environment[] | undefined {
  const named = codes(value) ?? [];
  const known = ENVIRONMENTS.filter((environment) => named.includes(environment));
  // All of them narrow nothing.
  return known.length === 0 || known.length === ENVIRONMENTS.length ? undefined : known;
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };

/** Leaves out what is undefined, so that defaults do not appear in the address. */
export function compact(selection: Loose<Selection>): Selection {
  return Object.fromEntries(Object.entries(selection).filter(([, value]) => value !== undefined)) as Selection;
}

/**
 * The selection of an address with some of it changed; an undefined or empty value goes back to the default. The router hands over
 * whatever stood in the address, so it is read anew.
 */
export function changed(address: Readonly<Record<string, unknown>>, change: Partial<Loose<Selection>>): Selection {
  const emptied = Object.fromEntries(
    Object.entries(change).map(([key, value]) => [key, Array.isArray(value) && value.length === 0 ? undefined : value]),
  );
  return compact({ ...readSelection(address), ...emptied } as Loose<Selection>);
}

/** Address parameters ↔ record, in plain form (`entity=FR01&entity=DE02`): readable in a chat, easy to type. */
export function parseSearch(text: string): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const before = record[key];
    record[key] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
  }
  return record;
}

export function stringifySearch(record: Readonly<Record<string, unknown>>): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(record)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') parameters.append(key, String(one));
    }
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
