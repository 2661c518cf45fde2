import { resign } from '@prorata/contract/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportDiscipline } from '../discipline/discipline.ts';
import { changeEntity } from '../enrolment/change-entity.ts';
import { listRateSets } from '../exchange/list-sets.ts';
import { importRates } from '../exchange/rate-sets.ts';
import { readRatesCsv } from '../exchange/rates-csv.ts';
import { receive } from '../intake/receive.ts';
import { lockMonth, reopenMonth } from '../periods/period-status.ts';
import { placesToday, referencesAt } from '../references/listing.ts';
import { importReferences } from '../references/references.ts';
import { reportMonths } from '../reports/reports.ts';
import { fact } from '../testing/facts.ts';
import { bundleOf, enrolMember, type Member } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { listContractVersions, setContractVersion } from './contract-versions.ts';
import { changePolicy } from './policy.ts';
import { importReferencePrices, referencePrices } from './reference-prices.ts';

let test: TestGroup;
let britain: Member;
beforeAll(async () => {
  test = await openTestGroup();
  britain = await enrolMember(test.group, 'GB03', 'GBP');
});
afterAll(() => test.close());

describe('references', () => {
  it('keep history under its codes, and say where each stands today: renamed, moved, gone on under another', async () => {
    const publish = (lines: string) =>
      importReferences(test.group, { text: `kind,code,label,domain,family,unit,replaced_by\n${lines}`, name: 'r.csv' });
    const domains = 'domain,A,Alpha,,,,\ndomain,B,Beta,,,,\n';
    await publish(`${domains}family,F,Fam,A,,,\nproduct,P,Pear,A,F,kg,\nproduct,Q,Quince,A,,kg,\n`);
    await publish(
      `domain,A,Alpha,,,,C\ndomain,B,Beta,,,,\ndomain,C,Gamma,,,,\nfamily,F,Fam,B,,,\nproduct,P,Apple,A,F,kg,\nproduct,Q,Quince,A,,kg,\n`,
    );
    const places = await placesToday(test.group, { all: true });
    const of = (kind: string, code: string) => places.find((one) => one.kind === kind && one.code === code);
    expect(of('domain', 'A')).toMatchObject({ today_code: 'C', label: 'Gamma', domain_code: 'C' });
    expect(of('product', 'P')).toMatchObject({ today_code: 'P', label: 'Apple', domain_code: 'B', family_code: 'F' });
    expect(of('product', 'Q')).toMatchObject({ domain_code: 'C', family_code: null });
    expect((await referencesAt(test.group, 2)).products.map(({ label }) => label)).toEqual(['Pear', 'Quince']);
    await expect(publish('domain,A,Alpha,,,,B\ndomain,B,Beta,,,,A\n')).rejects.toMatchObject({
      code: 'REFERENCES_INVALID',
    });
    await expect(publish('domain,A,Alpha,,,,Z\ndomain,B,Beta,,,,\n')).rejects.toMatchObject({
      code: 'REFERENCES_INVALID',
    });
    const text = JSON.stringify({
      domains: [
        { code: 'Compute', label: 'Compute' },
        { code: 'Storage', label: 'Storage' },
      ],
    });
    await importReferences(test.group, { text, name: 'back.json' });
  });
});

describe('prices of the group', () => {
  const load = (lines: string) =>
    importReferencePrices(test.group, { text: `product,unit,currency,unit_price\n${lines}`, file: 'p.csv' });

  it('are sets that never change, one of which counts', async () => {
    expect(await load('P,kg,EUR,1.5\n')).toMatchObject({ price_set: 1, products: 1, replayed: false });
    expect(await load('P,kg,EUR,1.5\n')).toMatchObject({ price_set: 1, replayed: true });
    await load('P,kg,EUR,2\nQ,kg,EUR,0.000000000000000001\n');
    expect((await referencePrices(test.group)).rows.map((row) => row.unit_price)).toEqual([
      '2',
      '0.000000000000000001',
    ]);
    expect((await referencePrices(test.group, 1)).rows).toHaveLength(1);
  });

  it.each([
    ['X,kg,EUR,1', 'no product'],
    ['P,GB,EUR,1', 'unit'],
    ['P,kg,EURO,1', 'currency'],
    ['P,kg,EUR,-1', 'price'],
    ['P,kg,EUR,1\nP,kg,EUR,2', 'twice'],
    ['P,kg,EUR', 'price'],
    ['', 'no price'],
  ])('refuse %j', async (lines, says) => {
    await expect(load(lines)).rejects.toMatchObject({
      code: 'REFERENCE_PRICES_INVALID',
      detail: expect.stringContaining(says),
    });
  });
});

describe('rates of another source', () => {
  it.each([
    ['month,currency,rate\n2025-07,USD,0', 2],
    ['month,currency,rate\n2025-13,USD,1', 2],
    ['month,currency,rate\n2025-07,EUR,1', 2],
    ['month,currency,rate\n2025-07,USD,1\n2025-07,USD,2', 3],
    ['date,currency,rate\n2025-02-30,USD,1', 2],
    ['month,rate\n2025-07,1', 1],
    ['month,currency,rate\n', 1],
    ['month,currency,rate,provisional\n2025-07,USD,1,maybe', 2],
  ])('refuse %j in line %i', (text, line) => {
    expect(() => readRatesCsv(text, 'EUR')).toThrow(
      expect.objectContaining({ code: 'RATES_INVALID', extensions: expect.objectContaining({ line }) }),
    );
  });

  it('convert where the policy chooses their set; no stored fact changes, and a locked month stays on its own', async () => {
    const facts = [fact({ currency: 'GBP', cost_effective: '80', product_id: null, unit: 'none' })];
    for (const month of ['2025-07', '2025-08']) {
      await receive(test.group, { file: (await bundleOf(test.group, britain, { month, facts })).bytes });
    }
    const stored = () => test.admin('SELECT * FROM fact_consumption_group ORDER BY period_month');
    const before = await stored();
    const rates = (rate: string) => `month,currency,rate\n2025-07,GBP,${rate}\n2025-08,GBP,${rate}\n`;
    await importRates(test.group, { text: rates('0.8'), name: 'a.csv', source: 'Treasury' });
    await lockMonth(test.group, { month: '2025-08', reason: 'year end' });
    await importRates(test.group, { text: rates('0.4'), name: 'b.csv', source: 'Treasury' });
    const costs = async () =>
      (await reportMonths(test.group, { from: '2025-07', to: '2025-08' })).rows.map((row) => row.cost);
    expect(await costs()).toEqual(['200', '100']);
    await changePolicy(test.group, { rate_set: 1 });
    expect(await costs()).toEqual(['100', '100']);
    await changePolicy(test.group, { rate_set: null });
    expect(await costs()).toEqual(['200', '100']);
    expect(await stored()).toEqual(before);
    expect((await listRateSets(test.group)).map((set) => [set.rate_set, set.in_use, set.pinned_by])).toEqual([
      [2, true, []],
      [1, false, ['2025-08']],
    ]);
    await reopenMonth(test.group, { month: '2025-08', reason: 'done' });
  });
});

describe('discipline', () => {
  it('judges the first revision by the due day of the entity, else of the policy', async () => {
    await test.admin(`UPDATE prorata.dim_entity SET active_from = '2025-06-01'`);
    const came = (month: string, at: string) =>
      test.admin('UPDATE prorata.publication SET received_at = $2 WHERE period_month = $1', [`${month}-01`, at]);
    await came('2025-07', '2025-08-10T23:59:59Z');
    await came('2025-08', '2025-09-11T00:00:00Z');
    const report = () => reportDiscipline(test.group, { from: '2025-05', to: '2025-10', today: '2025-11-10' });
    const { rows, group } = await report();
    expect(rows.map((row) => [row.period_month, row.state, row.days_late])).toEqual([
      ['2025-06', 'MISSING', 123],
      ['2025-07', 'ON_TIME', 0],
      ['2025-08', 'LATE', 1],
      ['2025-09', 'MISSING', 31],
      ['2025-10', 'PENDING', 0],
    ]);
    expect(group).toMatchObject({
      due: 4,
      on_time: 1,
      late: 1,
      missing: 2,
      on_time_share: '0.25000000',
      restatement_rate: '0.00000000',
    });
    await changeEntity(test.group, { entity: 'GB03', due_day: 31 });
    expect((await report()).rows.map((row) => [row.due_on, row.state]).slice(2, 4)).toEqual([
      ['2025-09-30', 'ON_TIME'],
      ['2025-10-31', 'MISSING'],
    ]);
  });
});

describe('a version of the contract', () => {
  it('is refused after its end', async () => {
    const { bytes } = await bundleOf(test.group, britain, { month: '2025-09' });
    expect(await listContractVersions(test.group)).toEqual([{ version: '1.0' }, { version: '1.1' }]);
    await setContractVersion(test.group, { version: '1.1', until: '2026-01-01T00:00:00Z' });
    await expect(receive(test.group, { file: bytes })).rejects.toMatchObject({ code: 'CONTRACT_VERSION_UNSUPPORTED' });
    await setContractVersion(test.group, { version: '1.1', until: null });
    // The end of one version is none of another.
    await setContractVersion(test.group, { version: '1.0', until: '2026-01-01T00:00:00Z' });
    expect(await receive(test.group, { file: bytes })).toMatchObject({ revision: 1 });
    const older = await resign(bytes, britain.key, (m) => ({ ...m, contract: { ...m.contract, version: '1.0.0' } }));
    await expect(receive(test.group, { file: older })).rejects.toMatchObject({ code: 'CONTRACT_VERSION_UNSUPPORTED' });
  });
});
