import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FOCUS, hasShared, SHARED_MISSING } from '../testing/shared.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { importFocus } from './import-focus.ts';

const NO_INVOICE_COLUMNS = ['BillingCurrency', 'ProviderName', 'BillingAccountId'];

/** Each example of the authors of FOCUS and what becomes of it: refused for its missing columns, or taken with these sums. */
const EXPECTED: Readonly<
  Record<string, readonly string[] | { rows: number; billed: string; effective: string; months: number }>
> = {
  closed_scenario_1_partial_reallocation_delta: NO_INVOICE_COLUMNS,
  closed_scenario_1_partial_reallocation_ledger: NO_INVOICE_COLUMNS,
  closed_scenario_1_partial_reallocation_original: NO_INVOICE_COLUMNS,
  closed_scenario_2_late_arriving_usage_delta: NO_INVOICE_COLUMNS,
  commitment_discount_purchase_scenario_1: NO_INVOICE_COLUMNS,
  commitment_discount_purchase_scenario_2: NO_INVOICE_COLUMNS,
  commitment_discount_purchase_scenario_3: NO_INVOICE_COLUMNS,
  commitment_discount_usage_scenario_1: NO_INVOICE_COLUMNS,
  commitment_discount_usage_scenario_2: NO_INVOICE_COLUMNS,
  commitment_discount_usage_scenario_3: NO_INVOICE_COLUMNS,
  commitment_discount_usage_scenario_4: NO_INVOICE_COLUMNS,
  one_hundred_percent_utilization_with_commitment_discount_flexibility_with_1_resource: NO_INVOICE_COLUMNS,
  one_hundred_percent_utilization_with_commitment_discount_flexibility_with_2_resources: NO_INVOICE_COLUMNS,
  one_hundred_percent_utilization_without_commitment_discount_flexibility: NO_INVOICE_COLUMNS,
  open_previous_scenario_1_partial_reallocation_replacement: NO_INVOICE_COLUMNS,
  zero_percent_utilization_without_commitment_discount_flexibility: NO_INVOICE_COLUMNS,
  saas_spend_agreements_a1: { rows: 4, billed: '1200', effective: '1200', months: 4 },
  saas_spend_agreements_a2: { rows: 13, billed: '1200', effective: '1200', months: 12 },
  saas_spend_agreements_b1: { rows: 5, billed: '1200', effective: '1200', months: 4 },
  saas_spend_agreements_b2: { rows: 14, billed: '1200', effective: '1200', months: 12 },
  // Money as "$10,000.00 " and months first: 10000, not 0.
  simple_saas_agreements_a1: { rows: 1, billed: '10000', effective: '10000', months: 1 },
  simple_saas_agreements_a2: { rows: 1, billed: '50000', effective: '50000', months: 1 },
  simple_saas_agreements_a3: { rows: 1, billed: '1000', effective: '1000', months: 1 },
  simple_saas_agreements_b: { rows: 1, billed: '50000', effective: '50000', months: 1 },
  simple_saas_agreements_c: { rows: 3, billed: '35800', effective: '35800', months: 3 },
  virtual_currency_pricing_model_a1: { rows: 1, billed: '200000', effective: '0', months: 1 },
  virtual_currency_pricing_model_a2: { rows: 3, billed: '0', effective: '1230', months: 1 },
  virtual_currency_pricing_model_b1: { rows: 1, billed: '100000', effective: '0', months: 1 },
  virtual_currency_pricing_model_b2: { rows: 3, billed: '0', effective: '615', months: 1 },
  virtual_currency_pricing_model_b3: { rows: 3, billed: '0', effective: '495', months: 1 },
  virtual_currency_pricing_model_c: { rows: 2, billed: '53000', effective: '0', months: 1 },
};

/** What providers really exported, with up to 18 decimals. */
const PROVIDERS: Readonly<
  Record<string, { currency: string; rows: number; billed: string; effective: string; months: number }>
> = {
  'aws_2023-11': { currency: 'USD', rows: 602, billed: '0.5713011914', effective: '0.5713011914', months: 1 },
  'azure_2023-09_CAD': { currency: 'CAD', rows: 13, billed: '1.038382928701', effective: '1.038382928701', months: 1 },
  focus_sample: { currency: 'USD', rows: 496, billed: '9.4900336106', effective: '6.0239139282', months: 2 },
  'oci_2023-11': {
    currency: 'USD',
    rows: 352,
    billed: '1.588660691449814729',
    effective: '1.588660691449814729',
    months: 1,
  },
};

describe('files of others', () => {
  let test: TestEntity;
  beforeAll(async () => {
    test = await openTestEntity();
  });
  afterAll(async () => {
    await test.close();
  });

  it('has an expectation for every example of the specification', ({ skip }) => {
    skip(!hasShared, SHARED_MISSING);
    const names = readdirSync(join(FOCUS, 'spec-examples')).map((name) => name.replace('.csv', ''));
    expect(names.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  // Several examples speak of the same account and month: they restate each other.
  const take = (folder: string, name: string) =>
    importFocus(test.entity, { path: join(FOCUS, folder, `${name}.csv`), replace: true });

  it.each(Object.entries(EXPECTED))('%s', async (name, expected) => {
    if (!hasShared) return;
    if (Array.isArray(expected)) {
      const refusal = { code: 'COLUMNS_MISSING', extensions: expect.objectContaining({ missing: expected }) };
      await expect(take('spec-examples', name)).rejects.toMatchObject(refusal);
      return;
    }
    const { rows, billed, effective, months } = expected as {
      rows: number;
      billed: string;
      effective: string;
      months: number;
    };
    const answer = await take('spec-examples', name);
    expect(answer.totals).toEqual([{ currency: 'USD', rows, billed_cost: billed, effective_cost: effective }]);
    expect(new Set(answer.scopes.map((scope) => scope.period_month)).size).toBe(months);
  });

  it.each(Object.entries(PROVIDERS))(
    '%s of a provider',
    async (name, { currency, rows, billed, effective, months }) => {
      if (!hasShared) return;
      const answer = await take('providers', name);
      expect(answer.totals).toEqual([{ currency, rows, billed_cost: billed, effective_cost: effective }]);
      expect(new Set(answer.scopes.map((scope) => scope.period_month)).size).toBe(months);
    },
  );
});
