import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseRules, ruleDigest } from './rule-document.ts';
import { assertRuleSet, validIn } from './rule-set.ts';
import { rulesSchemaText } from './rules-schema.ts';

const committed = (name: string) => readFile(new URL(`../../schema/${name}`, import.meta.url), 'utf8');

describe('the rules file', () => {
  it('has a schema that says what the code says (else: node packages/finops/src/indirect/write-schema.ts)', async () => {
    expect(JSON.parse(await committed('indirect-rules-1.schema.json'))).toEqual(JSON.parse(rulesSchemaText()));
  });

  it('has an example that the schema and the code take', async () => {
    const text = await committed('indirect-rules-1.example.yaml');
    const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(JSON.parse(rulesSchemaText()));
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
    const rules = parseRules(text);
    expect(rules.map((rule) => rule.code)).toEqual(['platform', 'network', 'lake', 'mainframe', 'rest']);
    assertRuleSet(
      rules.map((rule) => ({ rule, version: 1 })),
      ['platform', 'network'],
    );
  });

  it('keeps its digest whatever the order of its keys', async () => {
    const [rule] = parseRules(await committed('indirect-rules-1.example.yaml'));
    if (rule === undefined) throw new Error('the example has no rule');
    const turned = Object.fromEntries(Object.entries(rule).reverse()) as typeof rule;
    expect(ruleDigest(turned)).toBe(ruleDigest(rule));
    expect(ruleDigest({ ...rule, order: 11 })).not.toBe(ruleDigest(rule));
  });
});

describe('versions', () => {
  const rule = (version: number, valid_from?: string, valid_to?: string, to: object = {}) => {
    const says = { code: 'r', label: 'R', order: 1, from: { pools: ['a'] }, by: { even: true as const }, to };
    const valid = {
      ...(valid_from === undefined ? {} : { valid_from }),
      ...(valid_to === undefined ? {} : { valid_to }),
    };
    return { version, rule: { ...says, ...valid } };
  };

  it('of which the newest that is valid applies', () => {
    const rules = [rule(1), rule(2, '2025-03', '2025-06'), rule(3, '2025-06')];
    const version = (month: string) => validIn(rules, month)[0]?.version;
    expect(['2025-02', '2025-03', '2025-05', '2025-06', '2026-01'].map(version)).toEqual([1, 2, 2, 3, 3]);
  });

  it('are looked at in every month in which others are valid', () => {
    const looping = rule(2, '2025-03', '2025-06', { pools: { a: '0.5' } });
    expect(() => assertRuleSet([rule(1), looping], ['a'])).toThrow(expect.objectContaining({ code: 'CHAIN_LOOPS' }));
    const hidden = { ...looping, version: 1 };
    const over = { ...rule(2), version: 2 };
    expect(() => assertRuleSet([hidden, over], ['a'])).not.toThrow();
  });
});
