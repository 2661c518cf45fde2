import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  type EntityNode,
  importFocus,
  initEntity,
  joinGroup,
  openEntity,
  publishMonth,
  runMonth,
} from '@prorata/finops';
import {
  drilldown,
  enrolEntity,
  type GroupNode,
  importRates,
  initGroup,
  openGroup,
  publicationBundle,
  publicationDifference,
  publicationHistory,
  receive,
  reportCompleteness,
  reportDomains,
  reportEntities,
  reportMonths,
  verifyViews,
} from '@prorata/group';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { converted, exact, multiplierToEuro, SCALE, sameAmount } from './exact.ts';
import { announceShared, ECB_FILE, hasShared, subsidiaryFiles, subsidiaryTotals } from './shared.ts';

const COMPANIES = [
  { code: 'FR01', label: 'Helios France', country: 'FR', currency: 'EUR' },
  { code: 'DE02', label: 'Helios Deutschland', country: 'DE', currency: 'EUR' },
  { code: 'GB03', label: 'Helios UK', country: 'GB', currency: 'GBP' },
  { code: 'US04', label: 'Helios America', country: 'US', currency: 'USD' },
  { code: 'CH05', label: 'Helios Suisse', country: 'CH', currency: 'CHF' },
] as const;
const RESTATED = '2025-08';

/** Units of 10^-42: an amount with 30 decimals times a multiplier with 12. */
const CONVERTED = SCALE + 12n;

interface Expected {
  readonly effective: bigint;
  readonly billed: bigint;
}

/** The group's month in euro, from the makers' totals and the bank's daily rates, with none of our own code. */
function groupMonth(month: string, restated: boolean): Expected {
  let effective = 0n;
  let billed = 0n;
  for (const totals of subsidiaryTotals()) {
    if (totals.month !== month || totals.file.includes('restated') !== (restated && month === RESTATED)) continue;
    const multiplier = multiplierToEuro(ECB_FILE, month, totals.currency) ?? 0n;
    effective += converted(exact(totals.effective), multiplier);
    billed += converted(exact(totals.billed), multiplier);
  }
  return { effective, billed };
}

function localTotal(entity: string, month: string, restated = false): { effective: string; billed: string } {
  const found = subsidiaryTotals().find(
    (totals) => totals.entity === entity && totals.month === month && totals.file.includes('restated') === restated,
  );
  if (found === undefined) throw new Error(`no totals for ${entity} ${month}`);
  return found;
}

/**
 * Follows five companies from their bills to the group's picture, against totals that were computed apart.
 *
 * @param months in order, the restated one among them
 */
export function subsidiariesSuite(months: readonly string[]): void {
  announceShared('subsidiaries');
  describe.skipIf(!hasShared)(`five subsidiaries, ${months.length} months, one group picture`, () => follow(months));
}

function follow(months: readonly string[]): void {
  let dir: string;
  let group: GroupNode;
  const entities = new Map<string, EntityNode>();
  const entity = (code: string): EntityNode => {
    const node = entities.get(code);
    if (node === undefined) throw new Error(`no entity ${code}`);
    return node;
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'prorata-year-'));
    group = await initGroup({ dir: join(dir, 'group'), tenantCode: 'HELIOS', currency: 'EUR', label: 'Helios' });
    await group.close();
    group = await openGroup(join(dir, 'group'));
    await importRates(group, { text: await readFile(ECB_FILE, 'utf8'), name: 'eurofxref-hist.csv' });
    for (const company of COMPANIES) {
      const home = join(dir, company.code);
      const made = await initEntity({ dir: home, ...company });
      const enrolment = await readFile(made.enrolment, 'utf8');
      const enrolled = await enrolEntity(group, { enrolment, fingerprint: made.fingerprint });
      const node = await openEntity(home);
      entities.set(company.code, node);
      await joinGroup(node, enrolled.path);
    }
    // Two companies at a time: as many as there are processors.
    const queue = [...COMPANIES];
    await Promise.all(
      [0, 1].map(async () => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) await wholeYear(next.code);
      }),
    );
  }, 300_000);

  async function wholeYear(code: string): Promise<void> {
    const paths = subsidiaryFiles(code, false).filter((path) => months.some((month) => path.includes(`/${month}_`)));
    for (const path of paths) await importFocus(entity(code), { path });
    for (const month of months) await publishAndReceive(code, month);
  }

  async function publishAndReceive(code: string, month: string): Promise<number> {
    await runMonth(entity(code), month);
    const published = await publishMonth(entity(code), month);
    await receive(group, { file: published.path });
    return published.revision;
  }

  afterAll(async () => {
    for (const node of entities.values()) await node.close();
    await group?.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('has every month of every company, revision 1', async () => {
    const { rows } = await reportCompleteness(group, { from: months[0] ?? '', to: months.at(-1) ?? '' });
    expect(rows.filter((row) => row.revision === 1)).toHaveLength(COMPANIES.length * months.length);
  });

  it('shows each company’s month in its own currency as its bills total, to the last decimal', async () => {
    for (const month of months) {
      const effective = await reportEntities(group, { from: month, to: month });
      const billed = await reportEntities(group, { from: month, to: month, measure: 'cost_billed' });
      for (const { code, currency } of COMPANIES) {
        const local = localTotal(code, month);
        const row = effective.rows.find((one) => one.entity === code);
        expect(row).toMatchObject({ local_currency: currency, complete: true, period_month: month });
        expect(exact(row?.local_cost ?? '')).toBe(exact(local.effective));
        expect(exact(billed.rows.find((one) => one.entity === code)?.local_cost ?? '')).toBe(exact(local.billed));
      }
    }
  });

  it('shows the group’s months in euro as computed apart from the bank’s file', async () => {
    const effective = await reportMonths(group);
    const billed = await reportMonths(group, { measure: 'cost_billed' });
    expect(effective.rows.map((row) => row.period_month)).toEqual(months);
    for (const [index, month] of months.entries()) {
      const expected = groupMonth(month, false);
      expect(sameAmount(effective.rows[index]?.cost ?? '', expected.effective, CONVERTED)).toBe(true);
      expect(sameAmount(billed.rows[index]?.cost ?? '', expected.billed, CONVERTED)).toBe(true);
    }
  });

  it('shows equal totals at each level of the drill-down', async () => {
    const month = { from: RESTATED, to: RESTATED };
    const companies = await drilldown(group, month);
    expect(companies.rows).toHaveLength(COMPANIES.length);
    const sumOf = (rows: readonly { cost: string | null }[]) =>
      rows.reduce((total, row) => total + exact(row.cost ?? ''), 0n);
    expect(sumOf(companies.rows)).toBe(exact(companies.total.cost ?? ''));
    for (const company of companies.rows) {
      const domains = await drilldown(group, { ...month, entity: company.code ?? '' });
      expect(sumOf(domains.rows)).toBe(exact(company.cost ?? ''));
      for (const domain of domains.rows) {
        const path = { ...month, entity: company.code ?? '', domain: domain.code ?? '', limit: 1000 };
        const applications = await drilldown(group, path);
        expect(sumOf(applications.rows)).toBe(exact(domain.cost ?? ''));
        for (const application of applications.rows) {
          const products = await drilldown(group, { ...path, application: application.code ?? '' });
          expect(sumOf(products.rows)).toBe(exact(application.cost ?? ''));
        }
      }
    }
  });

  it('leaves tax out where that is asked for', async () => {
    const month = { from: RESTATED, to: RESTATED };
    const [all, without] = [
      await reportDomains(group, month),
      await reportDomains(group, { ...month, without_tax: true }),
    ];
    expect(exact(without.total.cost ?? '')).toBeLessThan(exact(all.total.cost ?? ''));
  });

  it('keeps its views equal to their definitions', async () => {
    const { consistent, rows } = await verifyViews(group);
    expect(rows.filter((row) => row.missing + row.surplus > 0)).toEqual([]);
    expect(consistent).toBe(true);
    expect(rows.map((row) => row.view)).toContain('mv_group_comparison_entities');
  });

  it('takes the restated month as revision 2, keeps revision 1, and lists what changed', async () => {
    for (const { code } of COMPANIES) {
      const [path = ''] = subsidiaryFiles(code, true);
      await expect(importFocus(entity(code), { path })).rejects.toMatchObject({ code: 'SCOPE_EXISTS' });
      await importFocus(entity(code), { path, replace: true });
      expect(await publishAndReceive(code, RESTATED)).toBe(2);
    }
    const { rows } = await reportMonths(group);
    for (const [index, month] of months.entries()) {
      expect(sameAmount(rows[index]?.cost ?? '', groupMonth(month, true).effective, CONVERTED)).toBe(true);
    }
    for (const { code } of COMPANIES) {
      const history = await publicationHistory(group, { entity: code, month: RESTATED });
      expect(history.map((entry) => entry.revision).sort()).toEqual([1, 2]);
      const first = await publicationBundle(group, { entity: code, month: RESTATED, revision: 1 });
      expect((await buffer(first)).length).toBeGreaterThan(1000);
      const difference = await publicationDifference(group, {
        ...{ entity: code, month: RESTATED, from: 1, to: 2, limit: 100_000 },
      });
      const moved = difference.rows.reduce(
        (total, row) => total + exact(row.after?.cost_effective ?? '0') - exact(row.before?.cost_effective ?? '0'),
        0n,
      );
      const restated = exact(localTotal(code, RESTATED, true).effective) - exact(localTotal(code, RESTATED).effective);
      expect(moved).toBe(restated);
      expect(difference.rows.length).toBeGreaterThan(0);
    }
  });
}
