import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAxis, makeRule } from '../testing/axes.ts';
import { type Company, openTestService, type TestService } from '../testing/test-service.ts';

let test: TestService;
let company: Company;
let axisId: string;
let dimensions: ReadonlyMap<string, string>;
beforeAll(async () => {
  test = await openTestService();
  company = await test.company();
  ({ id: axisId, dimensions } = await makeAxis(company, 'COST_CENTER', ['CC-1', 'CC-2']));
});
afterAll(() => test.close());

const schema = 'prorata.allocation-rule/1';
const even = { schema, axes: [{ axis: 'COST_CENTER', method: 'even', dimensions: 'all' }] };
const first = { schema, axes: [{ axis: 'COST_CENTER', method: 'even', dimensions: ['CC-1'] }] };

describe('allocation rules', () => {
  it('change while they are drafts, for the revision that was read', async () => {
    const id = await makeRule(company, 'DRAFT', even, false);
    const seen = await company.ask('GET', `allocation-rules/${id}`);
    expect([seen.body.status, seen.body.version, seen.headers.etag]).toEqual(['DRAFT', 1, '"1"']);
    const changed = await company.ask('PATCH', `allocation-rules/${id}`, { rule: first });
    expect(changed.body).toMatchObject({ rule: first, revision: 2, version: 1 });
    expect(changed.body.digest).not.toBe(seen.body.digest);
    const late = await company.ask('PUT', `allocation-rules/${id}`, { rule: even }, { headers: { 'if-match': '"1"' } });
    const unseen = await company.ask('POST', `allocation-rules/${id}/post`, undefined, {
      headers: { 'if-match': '"1"' },
    });
    for (const answer of [late, unseen]) expect([answer.status, answer.body.code]).toEqual([412, 'CHANGED_MEANWHILE']);
  });

  it('Tests obligatoires 1, posted rule immutability: post, then each attempt to modify is a 409', async () => {
    const id = await makeRule(company, 'POSTED', even);
    const before = await company.ask('GET', `allocation-rules/${id}`);
    expect(before.body.status).toBe('POSTED');
    const attempts = [
      await company.ask('PUT', `allocation-rules/${id}`, { rule: first }),
      await company.ask('PATCH', `allocation-rules/${id}`, { description_source: 'x' }),
      await company.ask('POST', `allocation-rules/${id}/post`),
    ];
    for (const attempt of attempts) expect([attempt.status, attempt.body.code]).toEqual([409, 'IMMUTABLE_POSTED']);
    for (const statement of [
      `UPDATE ana_allocation_rule SET description_source = 'x' WHERE id = $1`,
      'DELETE FROM ana_allocation_rule WHERE id = $1',
    ]) {
      await expect(test.admin(statement, [id])).rejects.toThrow(/IMMUTABLE_POSTED/);
    }
    expect((await company.ask('GET', `allocation-rules/${id}`)).text).toBe(before.text);
  });

  it('continue as a new version of a posted rule, one draft at a time', async () => {
    const id = await makeRule(company, 'VERSIONED', even);
    const again = await company.ask('POST', 'allocation-rules', { rule_code: 'VERSIONED', rule: even });
    expect([again.status, again.body.code]).toEqual([409, 'CODE_TAKEN']);
    const small = await company.ask('POST', 'allocation-rules', { rule_code: 'versioned', rule: even });
    expect([small.status, small.body.code, small.body.id]).toEqual([409, 'CODE_TAKEN', id]);
    const next = await company.ask('POST', `allocation-rules/${id}/versions`, { rule: first });
    expect([next.status, next.body.version, next.body.status]).toEqual([201, 2, 'DRAFT']);
    const third = await company.ask('POST', `allocation-rules/${id}/versions`, {});
    expect([third.status, third.body.code, third.body.id]).toEqual([409, 'DRAFT_EXISTS', next.body.id]);
    const listed = await company.ask('GET', 'allocation-rules?rule_code=VERSIONED');
    expect(listed.body.rows).toMatchObject([{ version: 1 }, { version: 2 }]);
    const posted = await company.ask('GET', 'allocation-rules?rule_code=VERSIONED&posted=true');
    expect(posted.body.rows).toMatchObject([{ version: 1, id }]);
  });

  it('make one version when several ask at once', async () => {
    const id = await makeRule(company, 'RACED', even);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => company.ask('POST', `allocation-rules/${id}/versions`, {})),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(7).fill(409)]);
  });

  it('are refused with every error at its place', async () => {
    const wrong = {
      schema,
      match: { accounts: ['*'] },
      axes: [
        { axis: 'COST_CENTER', method: 'even', dimensions: ['NOBODY'] },
        { axis: 'NOWHERE', method: 'even', dimensions: 'all' },
      ],
    };
    const answer = await company.ask('POST', 'allocation-rules', { rule_code: 'WRONG', rule: wrong });
    expect([answer.status, answer.body.code]).toEqual([422, 'RULE_INVALID']);
    expect(answer.body.errors).toMatchObject([
      { pointer: '/match/accounts/0', code: 'MATCHES_EVERY_LINE' },
      { pointer: '/axes/0/dimensions/0', code: 'DIMENSION_UNKNOWN' },
      { pointer: '/axes/1/axis', code: 'AXIS_UNKNOWN' },
    ]);
    expect(await test.admin(`SELECT 1 FROM ana_allocation_rule WHERE rule_code = 'WRONG'`)).toEqual([]);
  });

  it('name only what is active when they are stored and when they are posted', async () => {
    const own = await test.company();
    const axis = await makeAxis(own, 'AXIS', ['A', 'B']);
    const named = { axes: [{ axis: 'AXIS', method: 'even', dimensions: ['A', 'B'] }] };
    const id = await makeRule(own, 'NAMED', named, false);
    await own.ask('PATCH', `dimensions/${axis.dimensions.get('B')}`, { is_active: false });
    const refused = await own.ask('POST', `allocation-rules/${id}/post`);
    expect([refused.status, refused.body.code]).toEqual([409, 'REFERENCE_INACTIVE']);
    expect(refused.body.inactive).toEqual([{ axis: 'AXIS', dimension: 'B' }]);
    await own.ask('PATCH', `dimensions/${axis.dimensions.get('B')}`, { is_active: true });
    expect((await own.ask('POST', `allocation-rules/${id}/post`)).status).toBe(200);
    await own.ask('PATCH', `axes/${axis.id}`, { is_active: false });
    const stored = await own.ask('POST', 'allocation-rules', { rule_code: 'LATE', rule: { schema, ...named } });
    expect([stored.status, stored.body.inactive]).toEqual([409, [{ axis: 'AXIS' }]]);
  });

  it('of one megabyte and keys of one megabyte are refused', async () => {
    const answer = await company.ask('POST', 'allocation-rules', {
      rule_code: 'BIG',
      rule: { ...even, axes: [{ ...even.axes[0], dimensions: Array(200_000).fill('CC-1') }] },
    });
    expect([answer.status, answer.body.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const keyed = await company.ask('POST', 'axes', { code: 'X' }, { key: 'k'.repeat(1_000_000) });
    expect([400, 431]).toContain(keyed.status);
  });

  it('keep foreign keys within one legal entity, in the database too', async () => {
    const sister = await test.company({ tenantId: company.tenantId });
    const insert = `INSERT INTO ana_dimension (tenant_id, legal_entity_id, id, country_code, axis_id, code, name_i18n_key, created_by, updated_by)
      VALUES ($1, $2, gen_random_uuid(), 'FR', $3, 'X', 'k', $1, $1)`;
    await expect(test.admin(insert, [sister.tenantId, sister.legalEntityId, axisId])).rejects.toThrow(/foreign key/);
    expect(dimensions.size).toBe(2);
  });
});
