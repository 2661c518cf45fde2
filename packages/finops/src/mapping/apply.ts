import type { MappingDocument } from './document.ts';
import { boundedCode, fold, tidy } from './fold.ts';
import { type Attribute, type ChargeOrigin, compileRules } from './rules.ts';

/** Reserved code of the application that nothing was mapped to. Folded codes are lower case, so none can equal it. */
export const UNALLOCATED = 'UNALLOCATED';

export type Environment = 'prod' | 'non_prod' | 'unknown' | 'n_a';

export interface Placement {
  /** Folded name, or UNALLOCATED. */
  readonly application: string;
  /** The name as it was spelt where it was found; undefined for UNALLOCATED. */
  readonly spelling: string | undefined;
  readonly environment: Environment;
  /** A value that no rule knows, so that the environment is unknown. */
  readonly unknownEnvironment: string | undefined;
  /** Code of the pool that the charge belongs to. */
  readonly pool: string | undefined;
  /** What rules say of the product; undefined where the bill names it. */
  readonly product: string | undefined;
  readonly domain: string | undefined;
  readonly family: string | undefined;
  /** Unit of the product, for charges that have none of their own. */
  readonly unit: string | undefined;
  /** Which line of the mapping decided: the code of a rule, or the place of a source or a pool. */
  readonly by: Readonly<Partial<Record<Attribute, string>>>;
  /** Codes of all rules that match, those that decide nothing included. */
  readonly matched: readonly string[];
}

export type Mapping = (origin: ChargeOrigin) => Placement;

/** Makes a mapping executable. Pure: the same origin is always placed the same. */
export function compileMapping(document: MappingDocument): Mapping {
  const tagAliases = folded(document.tag_aliases);
  const applicationSources = document.application.sources.map((source) => compileSource(source, tagAliases));
  const environmentSources = document.environment.sources.map((source) => compileSource(source, tagAliases));
  const aliases = folded(document.application.aliases, tidy);
  const environments = new Map<string, Environment>();
  for (const name of document.environment.values.prod ?? []) environments.set(fold(name), 'prod');
  for (const name of document.environment.values.non_prod ?? []) environments.set(fold(name), 'non_prod');
  const pools = (document.pools ?? []).map((pool) => ({
    code: pool.code,
    matches: pool.match.map((match) => compileMatch(match, tagAliases)),
  }));

  const rules = compileRules(document.rules, (key) => canonicalKey(key, tagAliases));

  return (origin) => {
    const tags = readTags(origin.tags, tagAliases);
    const { set, by, matched } = rules(origin, tags);
    const named = set.application === undefined ? firstOf(applicationSources, origin, tags) : undefined;
    const found = named === undefined ? undefined : (aliases.get(fold(named.value)) ?? tidy(named.value));
    const spelling = set.application ?? found;
    const place = set.environment === undefined ? firstOf(environmentSources, origin, tags) : undefined;
    const environment = place === undefined ? undefined : environments.get(fold(place.value));
    const pool =
      set.pool === undefined ? pools.find((one) => one.matches.some((match) => match(origin, tags)))?.code : undefined;
    return {
      application: spelling === undefined ? UNALLOCATED : boundedCode(fold(spelling)),
      spelling,
      environment:
        (set.environment as Environment | undefined) ??
        environment ??
        (place === undefined && origin.tax ? 'n_a' : 'unknown'),
      unknownEnvironment: place !== undefined && environment === undefined ? tidy(place.value) : undefined,
      pool: set.pool ?? pool,
      product: origin.tax ? undefined : set.product,
      domain: set.domain,
      family: origin.tax ? undefined : set.family,
      unit: origin.tax ? undefined : set.unit,
      by: {
        ...(named === undefined ? {} : { application: `application.sources[${named.index}]` }),
        ...(environment === undefined ? {} : { environment: `environment.sources[${place?.index ?? 0}]` }),
        ...(pool === undefined ? {} : { pool: `pools.${pool}` }),
        ...by,
      },
      matched,
    };
  };
}

type Tags = ReadonlyMap<string, string>;
type Source = (origin: ChargeOrigin, tags: Tags) => string | undefined;
type SourceRule = MappingDocument['application']['sources'][number];
type MatchRule = NonNullable<MappingDocument['pools']>[number]['match'][number];

function firstOf(
  sources: readonly Source[],
  origin: ChargeOrigin,
  tags: Tags,
): { readonly value: string; readonly index: number } | undefined {
  for (const [index, source] of sources.entries()) {
    const value = source(origin, tags);
    if (value !== undefined && tidy(value) !== '') return { value, index };
  }
  return undefined;
}

function compileSource(rule: SourceRule, tagAliases: Tags): Source {
  if ('tag' in rule) {
    const key = canonicalKey(rule.tag, tagAliases);
    return (_origin, tags) => tags.get(key);
  }
  if ('sub_account_id' in rule) {
    const names = folded(rule.sub_account_id, tidy);
    return (origin) => names.get(fold(origin.sub_account_id ?? ''));
  }
  const names = folded(rule.sub_account_name, tidy);
  return (origin) => names.get(fold(origin.sub_account_name ?? ''));
}

function compileMatch(rule: MatchRule, tagAliases: Tags): (origin: ChargeOrigin, tags: Tags) => boolean {
  if ('tag' in rule) {
    const key = canonicalKey(rule.tag, tagAliases);
    const values = new Set(rule.values.map(fold));
    return (_origin, tags) => values.has(fold(tags.get(key) ?? ''));
  }
  if ('sub_account_id' in rule) {
    const ids = new Set(rule.sub_account_id.map(fold));
    return (origin) => ids.has(fold(origin.sub_account_id ?? ''));
  }
  const names = new Set(rule.sub_account_name.map(fold));
  return (origin) => names.has(fold(origin.sub_account_name ?? ''));
}

function folded(
  record: Readonly<Record<string, string>> | undefined,
  target: (text: string) => string = fold,
): Map<string, string> {
  return new Map(Object.entries(record ?? {}).map(([key, value]) => [fold(key), target(value)]));
}

function canonicalKey(key: string, aliases: Tags): string {
  return aliases.get(fold(key)) ?? fold(key);
}

/**
 * Tags by folded key. Where two keys fold to one, the one that is spelt exactly so wins, then the first in byte order:
 * the order in which an exporter happens to write them decides nothing.
 */
function readTags(text: string | null, aliases: Tags): Tags {
  const tags = new Map<string, string>();
  if (text === null) return tags;
  const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
  entries.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  for (const exact of [true, false]) {
    for (const [key, value] of entries) {
      if (value === null || typeof value === 'object') continue;
      const canonical = canonicalKey(key, aliases);
      if ((canonical === key) === exact && !tags.has(canonical) && tidy(String(value)) !== '') {
        tags.set(canonical, String(value));
      }
    }
  }
  return tags;
}
