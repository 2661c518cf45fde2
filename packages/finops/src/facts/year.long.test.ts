import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMonths } from '../batch/run-months.ts';
import { importDrivers } from '../drivers/import-drivers.ts';
import { importFocus } from '../import/import-focus.ts';
import { explainIndirect } from '../indirect/explain.ts';
import { importRules } from '../indirect/rules.ts';
import { importMeasured } from '../measured/import-measured.ts';
import { importPrices } from '../pricing/import-prices.ts';
import { importReferences } from '../references/import-references.ts';
import { type ReportedFact, reportFacts } from '../report/reports.ts';
import { APPLICATIONS, duckRows, ENVIRONMENTS, spreadByHand, units } from '../testing/by-hand.ts';
import { ENTITIES, filesOf, hasShared, SHARED_MISSING } from '../testing/shared.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';

const SCALE = 10n ** 18n;
const WHOLE = 10n ** 12n;
const YEAR = Array.from({ length: 12 }, (_, index) => `2025-${String(index + 1).padStart(2, '0')}`);
const CODES = [...new Set([...APPLICATIONS.matchAll(/, '([a-z ]+)'\)/g)].map((match) => match[1] ?? ''))].sort();
const CURRENCIES: Readonly<Record<string, string>> = {
  FR01: 'EUR',
  DE02: 'EUR',
  GB03: 'GBP',
  US04: 'USD',
  CH05: 'CHF',
};
const PRICES = { VMH: '0.1234', BKP: '0.031', NET: '100000' } as const;
const DOMAIN = { VMH: 'Compute', BKP: 'Storage', NET: 'Networking' } as const;
const SPREAD = 'data lake';

/** A second source, which is no cloud: what each application used of virtual machines and of backup. Deterministic. */
const measured = (month: number) =>
  CODES.flatMap((application, index) =>
    (['VMH', 'BKP'] as const).flatMap((product, position) =>
      (['prod', 'non_prod'] as const)
        .filter((_, environment) => (index + month + environment) % 3 !== 0)
        .map((environment) => ({
          application,
          product,
          environment,
          quantity: `${(index + 1) * (month + 2) * (position + 1)}.${String((index * 7 + month) % 1000).padStart(3, '0')}`,
        })),
    ),
  );
const heads = (month: number) => CODES.map((code, index) => [code, `${((index * 5 + month) % 9) + 1}`] as const);
const keys = (month: number) =>
  CODES.filter((code) => code !== SPREAD)
    .slice(0, 4)
    .map((code, index) => [code, `0.${(index + 1) * 7 + month}`] as const);

const RULES = `schema: prorata.indirect-rules/1
rules:
  - { code: platform, label: Shared platform, order: 1, from: { pools: [platform] }, by: { direct_cost: { domains: [Compute, Databases] } } }
  - { code: network, label: Network, order: 2, from: { products: [NET] }, by: { driver: heads } }
  - { code: lake, label: Data lake, order: 3, from: { facts: { applications: [Data Lake] } }, by: { coefficient: lake } }
`;

/** What the bills of a month say, straight from their rows: tax told apart. */
const BILLS = `
  WITH bills AS (SELECT * FROM read_csv($file, all_varchar = true, header = true, nullstr = ['', 'NULL', '(null)'])),
  tagged AS (
    SELECT *, coalesce(Tags ->> '$.application', Tags ->> '$." application"') AS application_tag,
           Tags ->> '$.environment' AS environment_tag, Tags ->> '$.shared' AS shared_tag FROM bills)
  SELECT CASE WHEN shared_tag = 'true' THEN 'POOL' ELSE coalesce(a.code, 'UNALLOCATED') END, ServiceCategory,
         coalesce(e.code, CASE WHEN ChargeCategory = 'Tax' THEN 'n_a' ELSE 'unknown' END), ChargeCategory = 'Tax',
         sum(EffectiveCost::DECIMAL(38,18))::VARCHAR, sum(BilledCost::DECIMAL(38,18))::VARCHAR
    FROM tagged LEFT JOIN (VALUES ${APPLICATIONS}) AS a (tag, code) ON a.tag = application_tag
    LEFT JOIN (VALUES ${ENVIRONMENTS}) AS e (tag, code) ON e.tag = environment_tag
   GROUP BY ALL ORDER BY ALL`;

interface Money {
  /** Of measured products and shares; quantities of bills are looked at elsewhere. */
  quantity: bigint;
  effective: bigint;
  billed: bigint;
  standard: bigint;
}
type Sums = Map<string, Money>;

function add(sums: Sums, key: string, money: Partial<Money>): void {
  const sum = sums.get(key) ?? { quantity: 0n, effective: 0n, billed: 0n, standard: 0n };
  sum.quantity += money.quantity ?? 0n;
  sum.effective += money.effective ?? 0n;
  sum.billed += money.billed ?? 0n;
  sum.standard += money.standard ?? 0n;
  sums.set(key, sum);
}

/** Direct facts and what is to be spread, by hand: key is application|domain|environment|product. */
async function byHand(path: string, month: number): Promise<{ readonly direct: Sums; readonly indirect: Sums }> {
  const direct: Sums = new Map();
  const pools: Sums = new Map();
  for (const [application = '', domain = '', environment = '', tax, effective = '0', billed = '0'] of await duckRows(
    BILLS.replace('$file', `'${path}'`),
  )) {
    const product = String(tax) === 'true' ? 'TAX' : 'BILL';
    const place = `${domain}|${environment}|${product}`;
    const money = { effective: units(effective), billed: units(billed) };
    if (application === 'POOL') add(pools, place, money);
    else add(direct, `${application}|${place}`, money);
  }
  for (const { application, product, environment, quantity } of measured(month)) {
    const standard = (units(quantity) * units(PRICES[product])) / SCALE;
    add(direct, `${application}|${DOMAIN[product]}|${environment}|${product}`, { quantity: units(quantity), standard });
  }
  const lake: Sums = new Map();
  for (const [key, money] of direct) {
    const [application, domain, environment, product] = key.split('|');
    if (application !== SPREAD) continue;
    direct.delete(key);
    add(lake, `${domain}|${environment}|${product === 'TAX' ? 'TAX' : 'BILL'}`, money);
  }
  const costs = new Map<string, bigint>();
  for (const [key, { effective }] of direct) {
    const [application = '', domain] = key.split('|');
    if (application === 'UNALLOCATED' || (domain !== 'Compute' && domain !== 'Databases')) continue;
    costs.set(application, (costs.get(application) ?? 0n) + effective);
  }
  const indirect: Sums = new Map();
  const spread = (source: Sums, name: (domain: string) => string, weights: readonly (readonly [string, bigint])[]) => {
    const shares = spreadByHand(WHOLE, weights);
    const seen = new Set<string>();
    for (const [place, money] of source) {
      const [domain = '', environment, product] = place.split('|');
      const parts = (amount: bigint) => spreadByHand(amount, weights);
      const [effective, billed, standard] = [parts(money.effective), parts(money.billed), parts(money.standard)];
      for (const [application] of weights) {
        const key = `${application}|${domain}|${environment}|${product === 'TAX' ? 'TAX' : name(domain)}`;
        add(indirect, key, {
          quantity: product === 'TAX' || seen.has(key) ? 0n : (shares.get(application) ?? 0n) * 10n ** 6n,
          effective: effective.get(application) ?? 0n,
          billed: billed.get(application) ?? 0n,
          standard: standard.get(application) ?? 0n,
        });
        seen.add(key);
      }
    }
  };
  spread(
    pools,
    (domain) => `SHARED:platform:${domain}`,
    [...costs].filter(([, cost]) => cost > 0n),
  );
  spread(
    lake,
    (domain) => `SPREAD:lake:${domain}`,
    keys(month).map(([code, key]) => [code, units(key)] as const),
  );
  const headCount = heads(month).map(([code, count]) => [code, BigInt(count)] as const);
  for (const [application, share] of spreadByHand(WHOLE, headCount)) {
    const standard = share * 10n ** 6n * BigInt(PRICES.NET);
    add(indirect, `${application}|${DOMAIN.NET}|n_a|NET`, { quantity: share * 10n ** 6n, standard });
  }
  return { direct, indirect };
}

function sumsOf(facts: readonly ReportedFact[]): Sums {
  const sums: Sums = new Map();
  for (const fact of facts) {
    const known = /^(TAX|VMH|BKP|NET|SHARED:|SPREAD:)/.test(fact.product_id ?? '');
    const product = known ? fact.product_id : 'BILL';
    add(sums, `${fact.application_id}|${fact.domain_id}|${fact.environment}|${product}`, {
      quantity: product === 'TAX' || product === 'BILL' ? 0n : units(fact.quantity),
      effective: units(fact.cost_effective ?? '0'),
      billed: units(fact.cost_billed ?? '0'),
      standard: units(fact.cost_standard ?? '0'),
    });
  }
  return sums;
}

const sorted = (sums: Sums) => [...sums].sort(([one], [other]) => (one < other ? -1 : 1));

describe.skipIf(!hasShared).each(ENTITIES)(
  `the year of %s with a second source, prices and three rules (needs the shared bills: ${hasShared || SHARED_MISSING})`,
  (code) => {
    let test: TestEntity;
    const files = new Map<string, string>();
    beforeAll(async () => {
      test = await openTestEntity(code, CURRENCIES[code] ?? 'EUR');
      const { entity } = test;
      for (const { name, month, path } of filesOf(code)) {
        if (name.includes('restated')) continue;
        files.set(month, path);
        await importFocus(entity, { path });
      }
      const references = [
        'kind,code,label,domain,unit',
        ...[...new Set(Object.values(DOMAIN))].map((domain) => `domain,${domain},${domain},,`),
        ...Object.entries(DOMAIN).map(
          ([product, domain]) => `product,${product},${product},${domain},${product === 'NET' ? 'month' : 'h'}`,
        ),
        ...CODES.map((one) => `application,${one},${one},,`),
      ];
      await importReferences(entity, { path: await test.file('references.csv', `${references.join('\n')}\n`) });
      const prices = Object.entries(PRICES).map(
        ([product, price]) => `${product},${product === 'NET' ? 'month' : 'h'},${price}`,
      );
      const list = await test.file('prices.csv', `product,unit,unit_price\n${prices.join('\n')}\n`);
      await importPrices(entity, { path: list, view: 'STANDARD', publish: true });
      const lines = YEAR.flatMap((month, index) =>
        measured(index).map((one) => [month, one.application, one.product, one.quantity, one.environment].join(',')),
      );
      const source = await test.file(
        'measured.csv',
        `month,application,product,quantity,environment\n${lines.join('\n')}\n`,
      );
      await importMeasured(entity, { path: source });
      const values = YEAR.flatMap((month, index) => [
        ...heads(index).map(([one, value]) => `heads,${month},${one},${value}`),
        ...keys(index).map(([one, value]) => `lake,${month},${one},${value}`),
      ]);
      await importDrivers(entity, {
        path: await test.file('drivers.csv', `driver,month,application,value\n${values.join('\n')}\n`),
      });
      await importRules(entity, RULES, { publish: true });
      await writeFile(join(test.dir, 'rules.yaml'), RULES);
    }, 120_000);
    afterAll(async () => {
      await test.close();
    });

    it('has each fact as hands make it from the raw files', { timeout: 300_000 }, async () => {
      const batch = await runMonths(test.entity, { from: '2025-01', to: '2025-12' });
      expect(batch.months.map((month) => month.status)).toEqual(Array(12).fill('COMPLETED'));
      for (const [index, month] of YEAR.entries()) {
        const report = await reportFacts(test.entity, { month, limit: 100_000 });
        expect(report.conservation.equal).toBe(true);
        expect(report.conservation.steps.length).toBeGreaterThanOrEqual(8);
        expect(report.conservation.steps.every((step) => step.equal)).toBe(true);
        const expected = await byHand(files.get(month) ?? '', index);
        const of = (type: string) => report.rows.filter((row) => row.consumption_type === type);
        expect(sorted(sumsOf(of('DIRECT'))), `${month} direct`).toEqual(sorted(expected.direct));
        expect(sorted(sumsOf(of('INDIRECT'))), `${month} indirect`).toEqual(sorted(expected.indirect));
        const shares = Map.groupBy(of('INDIRECT'), (row) => [row.product_id, row.environment, row.currency].join('|'));
        for (const [product, rows] of shares) {
          expect(
            rows.reduce((sum, row) => sum + units(row.quantity), 0n),
            `${month} ${product}`,
          ).toBe(SCALE);
        }
      }
    });

    it('can say of each indirect amount why', { timeout: 120_000 }, async () => {
      const month = '2025-07';
      const { rows } = await reportFacts(test.entity, { month, types: ['INDIRECT'], limit: 100_000 });
      for (const application of new Set(rows.map((row) => row.application_id))) {
        const { parts } = await explainIndirect(test.entity, month, application);
        const explained: Sums = new Map();
        for (const part of parts) {
          if (part.quantity === null) continue;
          add(explained, `${application}|${part.domain_id}|${part.environment}|${part.product_id}`, {
            quantity: part.product_id === 'TAX' ? 0n : units(part.quantity),
            effective: units(part.cost_effective ?? '0'),
            billed: units(part.cost_billed ?? '0'),
            standard: units(part.cost_standard ?? '0'),
          });
        }
        const own = rows.filter((row) => row.application_id === application);
        expect(sorted(explained)).toEqual(sorted(sumsOf(own)));
      }
    });
  },
);
