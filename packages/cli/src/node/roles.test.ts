import type { NodeConfig } from '@prorata/platform';
import { describe, expect, it } from 'vitest';
import { requireRoles } from './roles.ts';

const node = (kind: NodeConfig['kind'], plugins: NodeConfig['plugins'] = []) => ({ kind, plugins }) as NodeConfig;
const budget = [{ code: 'budget-control', path: 'plugins/budget' }];

describe('roles of a token', () => {
  it.each([
    [node('entity'), ['finops.reader', 'events.reader']],
    [node('group'), ['group.admin', 'entity.publisher']],
    [node('entity', budget), ['budget.controller', 'ledger.admin']],
  ])('are taken where a route asks for them', (config, roles) => {
    expect(() => requireRoles(config, roles)).not.toThrow();
  });

  it.each([
    [node('entity'), ['finops.reader', 'nonsense'], 'nonsense'],
    [node('group'), ['finops.reader'], 'finops.reader'],
    [node('entity'), ['budget.controller'], 'budget.controller'],
    [node('entity', budget), ['finops.readr'], 'finops.readr'],
  ])('are refused otherwise, with those that there are', (config, roles, value) => {
    const admin = expect.stringContaining('platform.admin');
    expect(() => requireRoles(config, roles)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', detail: admin }),
    );
    expect(() => requireRoles(config, roles)).toThrow(
      expect.objectContaining({ extensions: expect.objectContaining({ value }) }),
    );
  });
});
