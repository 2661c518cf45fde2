import { basename, join } from 'node:path';
import { firstDayOf } from '@prorata/platform';
import { openFileEngine } from '../import/duckdb.ts';
import { scanFile } from '../import/scan.ts';
import { openSourceFile, withPrivateFolder } from '../import/source-file.ts';
import { type EntityNode, workFolder } from '../node/entity.ts';
import {
  type ChargeGroup,
  chargesOfMonth,
  chargesOfScan,
  isAllocated,
  type PlacedGroup,
  placeGroups,
} from './charges.ts';
import { type LoadedMapping, loadMapping, type MappingDocument } from './document.ts';
import { ATTRIBUTES } from './rules.ts';
import { type SumRow, Sums, shareOf, sizeOf } from './sums.ts';

/** What to try a mapping on: a bill that nobody imports, or a month as it stands. */
export type TrialOn = { readonly file: string } | { readonly month: string };

/** One line of the mapping, one currency: what it decided. A rule that decides nothing has no currency. */
export interface TrialRow {
  /** Code of a rule, or place of a source or pool. */
  readonly rule: string;
  readonly kind: 'RULE' | 'SOURCE' | 'POOL';
  /** What it decides: application, environment, … */
  readonly decides: readonly string[];
  readonly currency: string | null;
  readonly rows: number;
  /** Rows that it matches; those that an earlier rule decided are among them. Null for sources and pools. */
  readonly matched_rows: number | null;
  readonly cost_effective: string;
  readonly cost_billed: string;
}

/** Charges that nothing brings to an application or a pool. */
export interface UncaughtRow extends SumRow {
  readonly provider: string | null;
  readonly sub_account_name: string | null;
  readonly service_name: string | null;
  readonly charge_category: string | null;
  /** Tags as they came. */
  readonly tags: string | null;
}

export interface TrialSummary extends SumRow {
  readonly allocated_effective: string;
  /** Share of the effective cost that reaches an application or a pool; six decimals, null where nothing costs. */
  readonly allocated_share: string | null;
}

export interface MappingTrial {
  readonly on: string;
  readonly mapping_sha256: string;
  readonly rows: readonly TrialRow[];
  /** The fifty that cost most, by the size of their effective cost. */
  readonly uncaught: readonly UncaughtRow[];
  readonly summary: readonly TrialSummary[];
}

const LISTED = 50;

/**
 * Tries the mapping on a bill or a month: what each line catches, what nothing catches, and how much of the money is allocated.
 * Nothing is stored.
 *
 * @param mapping the node's mapping.yaml unless given
 * @throws Problem `MAPPING_INVALID`, `MONTH_INVALID`, and those of reading a bill
 */
export async function testMapping(entity: EntityNode, on: TrialOn, mapping?: LoadedMapping): Promise<MappingTrial> {
  const tried = mapping ?? (await loadMapping(entity.dir));
  const placed = await placedCharges(entity, on, tried.document);
  return {
    on: 'file' in on ? basename(on.file) : on.month,
    mapping_sha256: tried.sha256,
    rows: caught(placed, tried.document),
    uncaught: uncaught(placed),
    summary: summary(placed),
  };
}

/** The charges of a bill or a month with what the mapping says of them. */
export async function placedCharges(
  entity: EntityNode,
  on: TrialOn,
  document: MappingDocument,
): Promise<PlacedGroup[]> {
  const groups =
    'file' in on ? await chargesOfFile(entity, on.file, document) : await chargesIn(entity, on.month, document);
  return placeGroups(groups, document);
}

async function chargesIn(entity: EntityNode, month: string, document: MappingDocument): Promise<ChargeGroup[]> {
  const { tenantId, legalEntityId } = entity.scope;
  const key = [tenantId, legalEntityId, firstDayOf(month)] as const;
  return await entity.db.transaction(entity.scope, (tx) => chargesOfMonth(tx, document, key), { readOnly: true });
}

async function chargesOfFile(entity: EntityNode, path: string, document: MappingDocument): Promise<ChargeGroup[]> {
  return await withPrivateFolder(workFolder(entity.dir), async (dir) => {
    const file = await openSourceFile(path, '', dir);
    const engine = await openFileEngine({ readable: [file.path], spillDir: join(dir, 'spill') });
    try {
      await scanFile(engine, file);
      return await chargesOfScan(engine, document);
    } finally {
      engine.close();
    }
  });
}

/** Rules in their order, then sources, then pools; one that catches nothing is shown with nothing. */
function caught(placed: readonly PlacedGroup[], document: MappingDocument): TrialRow[] {
  const decided = new Sums();
  const matched = new Map<string, number>();
  for (const { group, placement } of placed) {
    for (const rule of new Set(Object.values(placement.by))) decided.add(rule, group);
    for (const code of placement.matched) {
      const name = `${code}\n${group.currency}`;
      matched.set(name, (matched.get(name) ?? 0) + group.rows);
    }
  }
  return linesOf(document).flatMap(({ rule, kind, decides }): TrialRow[] => {
    const matchedIn = (currency: string) => (kind === 'RULE' ? (matched.get(`${rule}\n${currency}`) ?? 0) : null);
    const sums = decided
      .of(rule)
      .map((sum) => ({ rule, kind, decides, ...sum, matched_rows: matchedIn(sum.currency) }));
    // Matched but always decided before: the reader wants to know that as well.
    const late = [...matched].filter(([name]) => name.startsWith(`${rule}\n`)).reduce((sum, [, rows]) => sum + rows, 0);
    const nothing = { currency: null, rows: 0, cost_effective: '0', cost_billed: '0' };
    return sums.length > 0 ? sums : [{ rule, kind, decides, ...nothing, matched_rows: kind === 'RULE' ? late : null }];
  });
}

function linesOf(document: MappingDocument): Pick<TrialRow, 'rule' | 'kind' | 'decides'>[] {
  const rules = (document.rules ?? []).map(({ code, set }) => ({
    rule: code,
    kind: 'RULE' as const,
    decides: ATTRIBUTES.filter((attribute) => set[attribute] !== undefined),
  }));
  const sources = (['application', 'environment'] as const).flatMap((part) =>
    document[part].sources.map((_, index) => ({
      rule: `${part}.sources[${index}]`,
      kind: 'SOURCE' as const,
      decides: [part],
    })),
  );
  const pools = (document.pools ?? []).map(({ code }) => ({
    rule: `pools.${code}`,
    kind: 'POOL' as const,
    decides: ['pool'],
  }));
  return [...rules, ...sources, ...pools];
}

function uncaught(placed: readonly PlacedGroup[]): UncaughtRow[] {
  const left = new Sums();
  for (const { group, placement } of placed) {
    if (isAllocated(placement)) continue;
    const { provider = null, sub_account_name, service_name = null, charge_category = null, tags } = group;
    left.add(JSON.stringify([provider, sub_account_name, service_name, charge_category, tags]), group);
  }
  const rows = left.names().flatMap((name) => {
    const [provider, sub_account_name, service_name, charge_category, tags] = JSON.parse(name) as (string | null)[];
    const shown = { provider, sub_account_name, service_name, charge_category, tags };
    return left.of(name).map((sum) => ({ ...nulled(shown), ...sum, name }));
  });
  rows.sort((one, other) => {
    const [size, otherSize] = [sizeOf(one.cost_effective), sizeOf(other.cost_effective)];
    if (size !== otherSize) return size > otherSize ? -1 : 1;
    return one.name < other.name ? -1 : 1;
  });
  return rows.slice(0, LISTED).map(({ name: _name, ...row }) => row);
}

type Shown = Omit<UncaughtRow, keyof SumRow>;

function nulled(row: { readonly [Name in keyof Shown]: string | null | undefined }): Shown {
  const { provider = null, sub_account_name = null, service_name = null, charge_category = null, tags = null } = row;
  return { provider, sub_account_name, service_name, charge_category, tags };
}

function summary(placed: readonly PlacedGroup[]): TrialSummary[] {
  const sums = new Sums();
  for (const { group, placement } of placed) {
    sums.add('all', group);
    if (isAllocated(placement)) sums.add('allocated', group);
  }
  const allocated = new Map(sums.of('allocated').map((sum) => [sum.currency, sum.cost_effective]));
  return sums.of('all').map((sum) => {
    const part = allocated.get(sum.currency) ?? '0';
    return { ...sum, allocated_effective: part, allocated_share: shareOf(part, sum.cost_effective) };
  });
}
