import { existsSync, readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Problem } from '@prorata/platform';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { allocate, allocateCommand, allocateDocument } from './allocate.ts';
import { parseExactJson } from './exact-json.ts';

const EXAMPLES = fileURLToPath(new URL('../../../../../shared/data/allocation/worked-examples.json', import.meta.url));

interface CycleExample {
  id: string;
  method: string;
  departments: { service: string[]; operating: string[] };
  services_given: Record<string, Record<string, number>>;
  direct_costs: Record<string, number>;
  order: string[] | null;
  expected: Record<string, number>;
  expected_service_pools: Record<string, number> | null;
  tolerance: number;
}

interface RoundingExample {
  id: string;
  policy: string;
  total_minor: number;
  weights: string[];
  expected_minor: number[];
}

const refusal = (input: unknown): { code: string; pointer: unknown } => {
  try {
    allocateDocument(input);
  } catch (error) {
    if (error instanceof Problem) return { code: error.code, pointer: error.extensions.pointer };
    throw error;
  }
  return { code: 'accepted', pointer: undefined };
};

const sum = (amounts: Iterable<string>): bigint => {
  let total = 0n;
  for (const amount of amounts) total += BigInt(amount.replace('.', ''));
  return total;
};

describe('published examples', () => {
  it('gives every published answer within its tolerance, and every total exactly', ({ skip }) => {
    skip(!existsSync(EXAMPLES), 'the shared examples are not beside this checkout (../shared/data/allocation)');
    const { allocation_examples } = JSON.parse(readFileSync(EXAMPLES, 'utf8')) as {
      allocation_examples: CycleExample[];
    };
    expect(allocation_examples.length).toBeGreaterThan(0);
    for (const example of allocation_examples) {
      const { method, departments, direct_costs, services_given, order, expected, tolerance } = example;
      const { parts, pools } = allocateDocument({
        method,
        scale: 9,
        ...departments,
        direct_costs,
        services_given,
        order,
      });
      for (const [centre, amount] of Object.entries(expected)) {
        expect(Math.abs(Number(parts[centre]) - amount), `${example.id} ${centre}`).toBeLessThanOrEqual(tolerance);
      }
      for (const [centre, amount] of Object.entries(example.expected_service_pools ?? {})) {
        expect(Math.abs(Number(pools[centre]) - amount), `${example.id} ${centre}`).toBeLessThanOrEqual(tolerance);
      }
      const costs = Object.values(direct_costs).reduce((total, cost) => total + BigInt(cost) * 10n ** 9n, 0n);
      expect(sum(Object.values(parts)), example.id).toBe(costs);
    }
  });

  it('rounds as the libraries that published their cases', ({ skip }) => {
    skip(!existsSync(EXAMPLES), 'the shared examples are not beside this checkout (../shared/data/allocation)');
    const { rounding_cases } = JSON.parse(readFileSync(EXAMPLES, 'utf8')) as { rounding_cases: RoundingExample[] };
    expect(rounding_cases.length).toBeGreaterThan(0);
    for (const { id, policy, total_minor, weights, expected_minor } of rounding_cases) {
      const named = Object.fromEntries(weights.map((weight, index) => [`k${index}`, weight]));
      const input = { amount: total_minor, scale: 0, weights: named, rounding: policy, ties: 'position' };
      expect(Object.values(allocateDocument(input).parts).map(Number), id).toEqual(expected_minor);
    }
  });
});

describe('a split document', () => {
  it('takes numbers as JSON numbers or as text, exactly', () => {
    const text = '{"amount": 100, "scale": 2, "weights": {"A": 0.1000000000000000000001, "B": "1e0", "C": 2E-1}}';
    expect(refusal(parseExactJson(text)).code).toBe('NOT_A_WEIGHT');
    const exact = allocate(parseExactJson(text.replace('"1e0"', '"1"'))).answer;
    expect(exact.trace).toMatchObject({
      parts: [{ weight: `${10n ** 21n + 1n}/${10n ** 22n}` }, {}, { weight: '1/5' }],
    });
    expect(allocateDocument({ amount: 1e-7, weights: { A: 1e21, B: 3e-7 } }).parts).toEqual({
      A: '0.0000001',
      B: '0.0000000',
    });
  });

  it('keeps the order of the document, also for names that look like integers', () => {
    const text = '{"amount":"0.01","weights":{"2":1,"1":1},"ties":"position"}';
    expect(allocate(parseExactJson(text)).answer.parts).toEqual({ '1': '0.00', '2': '0.01' });
  });

  it('rounds to a unit, and answers with the trace', () => {
    const { parts, pools, trace } = allocateDocument({
      amount: '100.03',
      scale: 2,
      unit: '0.05',
      weights: { A: '1', B: '2' },
    });
    expect(parts).toEqual({ A: '33.35', B: '66.68' });
    expect(pools).toEqual({});
    expect(trace).toMatchObject({
      unit: '0.05',
      total_weight: '3',
      parts: [
        { key: 'A', share: '10003/300', floor: '33.30', rounding: '0.05' },
        { key: 'B', share: '10003/150', floor: '66.65', rounding: '0.03' },
      ],
    });
  });

  it.each<[string, string | undefined, unknown]>([
    ['ALLOCATE_DOCUMENT_INVALID', '', {}],
    ['ALLOCATE_DOCUMENT_INVALID', '', []],
    ['ALLOCATE_DOCUMENT_INVALID', '/weight', { amount: '1', weight: { A: 1 } }],
    ['ALLOCATE_DOCUMENT_INVALID', '/weights', { amount: '1' }],
    ['ALLOCATE_DOCUMENT_INVALID', '/weights', { amount: '1', weights: ['A'] }],
    ['ALLOCATE_DOCUMENT_INVALID', '/weights/A~1B', { amount: '1', weights: { 'A/B': true } }],
    ['ALLOCATE_DOCUMENT_INVALID', '/scale', { amount: '1', scale: 19, weights: { A: 1 } }],
    ['ALLOCATE_DOCUMENT_INVALID', '/rounding', { amount: '1', weights: { A: 1 }, rounding: 'nearest' }],
    ['ALLOCATE_DOCUMENT_INVALID', '/ties', { amount: '1', weights: { A: 1 }, ties: 'first' }],
    ['TOO_MANY_DECIMALS', '/amount', { amount: '1.005', scale: 2, weights: { A: 1 } }],
    ['TOO_MANY_DECIMALS', '/unit', { amount: '1', unit: '0.005', scale: 2, weights: { A: 1 } }],
    ['NOT_A_DECIMAL', '/amount', { amount: '1,00', weights: { A: 1 } }],
    ['UNIT_OUT_OF_RANGE', '/unit', { amount: '1', unit: 0, weights: { A: 1 } }],
    ['ZERO_WEIGHTS', '/weights', { amount: '1', weights: { A: 0, B: '0.0' } }],
    ['NOT_A_WEIGHT', '/weights/A', { amount: '1', weights: { A: '50%' } }],
    ['NEGATIVE_WEIGHT', '/weights/A', { amount: '1', weights: { A: -1, B: 2 } }],
    ['NO_WEIGHTS', '/weights', { amount: '1', weights: {} }],
  ])('refuses with %s at %s', (code, pointer, input) => {
    expect(refusal(input)).toEqual({ code, pointer });
  });
});

describe('a cycle document', () => {
  const cycle = {
    method: 'reciprocal',
    scale: 2,
    service: ['M', 'C'],
    operating: ['P1', 'P2'],
    direct_costs: { M: 90000, C: '83820', P1: 200000, P2: 400000 },
    services_given: { M: { C: 5000, P1: 10000, P2: 35000 }, C: { M: 250, P1: '350', P2: 400.0 } },
  };

  it('answers with parts, pools and the flows between centres', () => {
    const { parts, pools, trace } = allocateDocument(cycle);
    expect(parts).toEqual({ P1: '256080.00', P2: '517740.00' });
    expect(pools).toEqual({ M: '113800.00', C: '95200.00' });
    expect(trace.flows).toContainEqual({
      from: 'M',
      to: 'C',
      weight: '5000',
      total_weight: '50000',
      share: '11380',
      amount: '11380.00',
    });
  });

  it('ignores an order that its method does not have, and rows of nothing of operating centres', () => {
    const services_given = { ...cycle.services_given, P1: { M: 0 }, P2: {} };
    expect(allocateDocument({ ...cycle, order: ['M'], services_given }).parts).toEqual({
      P1: '256080.00',
      P2: '517740.00',
    });
  });

  it.each<[string, string | undefined, object]>([
    ['ALLOCATE_DOCUMENT_INVALID', '/method', { method: 'iterative' }],
    ['ALLOCATE_DOCUMENT_INVALID', '/service', { service: 'M' }],
    ['ALLOCATE_DOCUMENT_INVALID', '/operating/1', { operating: ['P1', 2] }],
    ['ALLOCATE_DOCUMENT_INVALID', '/direct_costs/M', { direct_costs: { M: null } }],
    ['ALLOCATE_DOCUMENT_INVALID', '/services_given/M', { services_given: { M: [1, 2] } }],
    ['TOO_MANY_DECIMALS', '/direct_costs/M', { direct_costs: { M: 0.005 } }],
    ['CYCLE_INVALID', '/order', { method: 'step-down', order: ['M'] }],
    ['CYCLE_INVALID', '/direct_costs', { direct_costs: { HR: 1 } }],
    ['NEGATIVE_WEIGHT', '/services_given/M/P1', { services_given: { M: { P1: -1 } } }],
    ['NOT_A_WEIGHT', '/services_given/M/P1', { services_given: { M: { P1: 'half' } } }],
    ['CYCLE_NOT_DEPLETABLE', undefined, { services_given: { M: { C: 1 }, C: { M: 1 } } }],
  ])('refuses with %s at %s', (code, pointer, change) => {
    expect(refusal({ ...cycle, ...change })).toEqual({ code, pointer });
  });
});

describe('a problem of three service centres', () => {
  // Published at expertsmind.com ("Example of Methods of Allocating Service Costs"); the third centre serves the first.
  const problem = {
    scale: 2,
    service: ['S1', 'S2', 'S3'],
    operating: ['P1', 'P2'],
    direct_costs: { S1: 92400, S2: 184800, S3: 138600, P1: 400000, P2: 500000 },
    services_given: {
      S1: { S1: 0, S2: 1000, S3: 2000, P1: 4000, P2: 3000 },
      S2: { S1: 2000, S3: 4000, P1: 10000, P2: 4000 },
      S3: { S1: 4500, P1: 1500, P2: 9000 },
    },
    order: ['S1', 'S2', 'S3'],
  };

  it.each([
    ['direct', '604600.00', '711200.00'],
    ['step-down', '573360.00', '742440.00'],
    ['reciprocal', '593500.00', '722300.00'],
  ])('%s', (method, P1, P2) => {
    expect(allocateDocument({ ...problem, method }).parts).toEqual({ P1, P2 });
  });
});

describe('prorata allocate', () => {
  const collect = (): { stream: Writable; text: () => string } => {
    const chunks: string[] = [];
    const stream = new Writable({
      write(chunk, _encoding, done) {
        chunks.push(String(chunk));
        done();
      },
    });
    return { stream, text: () => chunks.join('') };
  };

  const run = async (words: readonly string[]): Promise<{ exitCode: number; out: string; err: string }> => {
    const [out, err] = [collect(), collect()];
    const shell: Parameters<typeof allocateCommand>[1] = { streams: { out: out.stream, err: err.stream }, exitCode: 0 };
    const program = new Command('prorata').exitOverride();
    allocateCommand(program, shell);
    await program.parseAsync(['allocate', ...words], { from: 'user' });
    return { exitCode: shell.exitCode, out: out.text(), err: err.text() };
  };

  const file = (name: string): string => fileURLToPath(new URL(`./examples/${name}`, import.meta.url));

  it('explains in words, in English and in French', async () => {
    const english = await run([file('split.json')]);
    expect(english).toMatchObject({ exitCode: 0, err: '' });
    expect(english.out).toContain('A: 28.57 = weight 1 of 3.5, 200/7 = 28.57142857…, floor 28.57');
    expect((await run([file('cycle.json'), '--lang', 'fr'])).out).toContain('Méthode des prestations réciproques');
  });

  it('answers one JSON document', async () => {
    const { exitCode, out } = await run([file('split.json'), '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out).parts).toEqual({ A: '28.57', B: '71.43' });
  });

  it('ends with 1 and a problem document', async () => {
    const { exitCode, out, err } = await run([file('broken.txt'), '--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ code: 'ALLOCATE_NOT_JSON', status: 400, line: 2, column: 13 });
    expect(err).toContain('Line 2, column 13');
    expect((await run(['no-such-file.json', '--json'])).exitCode).toBe(1);
  });
});
