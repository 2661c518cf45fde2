import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeEntity } from '../enrolment/change-entity.ts';
import { importRates } from '../exchange/rate-sets.ts';
import { importReferences } from '../references/references.ts';
import { fact, plantFacts } from '../testing/facts.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { read, remembered } from './read.ts';
import { reportDomains, reportEntities, reportMonths } from './reports.ts';

const PADDING = [
  fact({ entity_id: 'GB03', currency: 'GBP', cost_effective: '80' }),
  fact({ entity_id: 'GB03', currency: 'GBP', application_id: 'other', cost_effective: '8' }),
];

let test: TestGroup;
beforeAll(async () => {
  test = await openTestGroup();
  await plantFacts(test.group, PADDING);
});
afterAll(() => test.close());

const rates = (pounds: string) => `Date,GBP,\n2025-08-01,1,\n2025-07-01,${pounds},\n`;

describe('what a read remembers of a state', () => {
  it('is forgotten with each change that a report shows', async () => {
    const shown = async () => {
      const entities = await reportEntities(test.group, {});
      const domains = await reportDomains(test.group, {});
      return [entities.rows[0]?.label, entities.rows[0]?.cost, domains.rows[0]?.label, entities.to];
    };
    expect(await shown()).toEqual(['GB03', null, 'Compute', '2025-07']);
    await importRates(test.group, { text: rates('0.8'), name: 'rates.csv' });
    expect(await shown()).toEqual(['GB03', '110', 'Compute', '2025-07']);
    await importRates(test.group, { text: rates('0.5'), name: 'rates.csv' });
    expect(await shown()).toEqual(['GB03', '176', 'Compute', '2025-07']);
    await changeEntity(test.group, { entity: 'GB03', label: 'Britain' });
    expect(await shown()).toEqual(['Britain', '176', 'Compute', '2025-07']);
    const domains = [{ code: 'Compute', label: 'Machines' }];
    await importReferences(test.group, { text: JSON.stringify({ domains }), name: 'references.json' });
    expect(await shown()).toEqual(['Britain', '176', 'Machines', '2025-07']);
    await plantFacts(
      test.group,
      PADDING.map((one) => ({ ...one, period_month: '2025-08' })),
    );
    expect(await shown()).toEqual(['Britain', '264', 'Machines', '2025-08']);
  });

  it('is that of the moment at which the read began, whoever comes and goes meanwhile', async () => {
    const look = (name: string) =>
      read(test.group, (tx) =>
        remembered(tx, name, async () => tx.query('SELECT count(*)::int FROM mv_group_entity_month')),
      );
    const before = await look('count');
    const [during, after] = await read(test.group, async (tx) => {
      await plantFacts(test.group, [fact({ period_month: '2025-09' })]);
      const newer = await look('count');
      return [await remembered(tx, 'count', async () => expect.unreachable('it is known of this state')), newer];
    });
    expect(during).toEqual(before);
    expect(after).not.toEqual(before);
  });

  it('stays within the walls that it was read in', async () => {
    const walled = { ...test.group, scope: { ...test.group.scope, entityId: 'FR01' } };
    expect((await reportMonths(test.group, {})).rows.map((row) => row.period_month)).toContain('2025-07');
    expect((await reportMonths(walled, {})).rows.map((row) => row.period_month)).toEqual(['2025-09']);
    await expect(reportEntities(walled, { entity: ['GB03'] })).rejects.toMatchObject({ code: 'ENTITY_UNKNOWN' });
    expect((await reportEntities(test.group, { entity: ['GB03'] })).rows).toHaveLength(1);
    await expect(reportEntities(walled, { entity: ['GB03'] })).rejects.toMatchObject({ code: 'ENTITY_UNKNOWN' });
  });
});
