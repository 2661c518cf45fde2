import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floorDivide, formatRational } from '../arithmetic/rational.ts';
import { AllocationError } from '../problems.ts';
import { anyCycle } from '../testing/any-cycle.ts';
import { type CycleResult, runCycle } from './cycle.ts';
import type { CycleInput, CycleMethod } from './network.ts';

type Table = Record<string, Record<string, string | bigint>>;

const cycle = (
  method: CycleMethod,
  costs: Record<string, bigint>,
  services: Table,
  more: Partial<CycleInput> = {},
): CycleInput => ({
  method,
  service: Object.keys(services),
  operating: Object.keys(costs).filter((centre) => !(centre in services)),
  costs: new Map(Object.entries(costs)),
  services: new Map(Object.entries(services).map(([from, given]) => [from, new Map(Object.entries(given))])),
  ...more,
});

const amounts = (result: CycleResult): Record<string, bigint> =>
  Object.fromEntries(result.parts.map(({ centre, amount }) => [centre, amount]));
const pools = (result: CycleResult): Record<string, string> =>
  Object.fromEntries(result.pools.map(({ centre, passed }) => [centre, formatRational(passed)]));
const refusal = (input: CycleInput): { code: string; centres: unknown } => {
  try {
    runCycle(input);
  } catch (error) {
    if (error instanceof AllocationError) return { code: error.code, centres: error.extensions.centres };
    throw error;
  }
  return { code: 'accepted', centres: undefined };
};

/** Two service centres that serve each other and themselves. */
const COSTS = { Telecoms: 2_000_000n, IT: 6_000_000n, Cars: 0n, Trucks: 0n };
const SERVICES = {
  Telecoms: { Telecoms: '10', IT: '20', Cars: '40', Trucks: '30' },
  IT: { Telecoms: '25', IT: '15', Cars: '35', Trucks: '25' },
};

describe('the three methods', () => {
  it('direct counts only what operating centres use', () => {
    expect(amounts(runCycle(cycle('direct', COSTS, SERVICES)))).toEqual({ Cars: 4_642_857n, Trucks: 3_357_143n });
  });

  it('step-down also counts what centres later in the order use', () => {
    const result = runCycle(cycle('step-down', COSTS, SERVICES, { order: ['Telecoms', 'IT'] }));
    expect(amounts(result)).toEqual({ Cars: 4_648_148n, Trucks: 3_351_852n });
    expect(pools(result)).toEqual({ Telecoms: '2000000', IT: '58000000/9' });
  });

  it('step-down without an order empties first what passes most money to other service centres', () => {
    // Telecoms passes 2 × 20/90, IT 6 × 25/85.
    expect(runCycle(cycle('step-down', COSTS, SERVICES)).order).toEqual(['IT', 'Telecoms']);
  });

  it('reciprocal solves the equations, self-use included', () => {
    const result = runCycle(cycle('reciprocal', COSTS, SERVICES));
    // T = 2 + 0.10 T + 0.25 I and I = 6 + 0.20 T + 0.15 I.
    expect(pools(result)).toEqual({
      Telecoms: formatRational({ numerator: 3_200_000_000n, denominator: 715n }),
      IT: '1160000000/143',
    });
    expect(amounts(result)).toEqual({ Cars: 4_629_371n, Trucks: 3_370_629n });
    expect(result.pools[0]?.self).toEqual({ numerator: 64_000_000n, denominator: 143n });
  });

  it('keeps the direct cost of operating centres and reports what they received', () => {
    const result = runCycle(cycle('direct', { M: 100n, P1: 1_000n, P2: 7n }, { M: { P1: '1', P2: '2' } }));
    expect(result.parts).toMatchObject([
      { centre: 'P1', direct: 1_000n, floor: 33n, rounding: 0n, amount: 1_033n },
      { centre: 'P2', direct: 7n, floor: 66n, rounding: 1n, amount: 74n },
    ]);
    expect(result.total).toBe(1_107n);
  });
});

describe('rounding of flows', () => {
  it('empties each of two separate groups exactly, where largest remainders over all would not', () => {
    const result = runCycle(
      cycle('direct', { A: 1n, B: 1n, W: 0n, X: 0n, Y: 0n, Z: 0n }, { A: { W: '1', X: '1' }, B: { Y: '1', Z: '1' } }),
    );
    const { W = 0n, X = 0n, Y = 0n, Z = 0n } = amounts(result);
    expect([W + X, Y + Z]).toEqual([1n, 1n]);
  });
});

/** How far the flows are from their exact values together, over the denominator that the flows of a result share. */
const distanceOf = (flows: CycleResult['flows'], amounts: readonly bigint[]): bigint =>
  flows.reduce((sum, { exact }, index) => {
    const off = (amounts[index] as bigint) * exact.denominator - exact.numerator;
    return sum + (off < 0n ? -off : off);
  }, 0n);

/** Every way to round the flows down or up in which all centres balance and the parts are those of the result. */
function* roundings(input: CycleInput, { flows, parts }: CycleResult): Generator<bigint[]> {
  const floors = flows.map(({ exact }) => floorDivide(exact.numerator, exact.denominator));
  const free = flows.flatMap(({ exact }, index) => (exact.numerator % exact.denominator === 0n ? [] : [index]));
  const ends = new Map([...input.service.map((centre) => [centre, 0n] as const), ...parts.map(keepsOf)]);
  for (let chosen = 0; chosen < 2 ** free.length; chosen++) {
    const tried = [...floors];
    free.forEach((index, bit) => {
      if ((chosen >> bit) & 1) tried[index] = (tried[index] as bigint) + 1n;
    });
    const held = new Map(input.costs);
    flows.forEach(({ from, to }, index) => {
      held.set(from, (held.get(from) ?? 0n) - (tried[index] as bigint));
      held.set(to, (held.get(to) ?? 0n) + (tried[index] as bigint));
    });
    if ([...ends].every(([centre, amount]) => (held.get(centre) ?? 0n) === amount)) yield tried;
  }
}
const keepsOf = ({ centre, amount }: CycleResult['parts'][number]) => [centre, amount] as const;

describe('flows and the nearest', () => {
  it('are the nearest amounts where these balance, step after step', () => {
    const result = runCycle(
      cycle(
        'step-down',
        { P1: 279n, P2: 277n, P3: 278n },
        { P1: { P2: '1', P3: '3' }, P2: { P3: '2' } },
        { order: ['P1', 'P2'] },
      ),
    );
    // 69.75, 209.25 and 346.75 hundredths: 70 and 209 are the nearest, and 347 balances.
    expect(result.flows.map(({ from, to, amount }) => `${from} ${to} ${amount}`)).toEqual([
      'P1 P2 70',
      'P1 P3 209',
      'P2 P3 347',
    ]);
  });

  it('are nearer to the exact ones than any other flows that balance, but for a hundredth of a unit each', () => {
    let several = 0;
    fc.assert(
      fc.property(anyCycle, (input) => {
        const result = runCycle(input);
        const { flows } = result;
        fc.pre(flows.filter(({ exact }) => exact.numerator % exact.denominator !== 0n).length <= 9);
        const amounts = flows.map((flow) => flow.amount);
        const slack = BigInt(flows.length) * (flows[0]?.exact.denominator ?? 0n);
        let ways = 0;
        for (const other of roundings(input, result)) {
          ways += 1;
          expect(100n * distanceOf(flows, amounts) <= 100n * distanceOf(flows, other) + slack).toBe(true);
        }
        expect(ways).toBeGreaterThan(0);
        if (ways > 1) several += 1;
      }),
    );
    expect(several).toBeGreaterThan(0);
  });
});

describe('a tie of remainders', () => {
  it('is a tie in the refined solution too, where doubles never meet exactly', () => {
    const input = cycle(
      'direct',
      { S1: 20_464_437_741n, S2: -9n, P0: 0n, P1: 0n },
      { S1: { P0: '5' }, S2: { P0: '997', P1: '997' } },
    );
    expect(amounts(runCycle(input))).toEqual({ P0: 20_464_437_737n, P1: -5n });
    expect(amounts(runCycle({ ...input, exactUpTo: 0 }))).toEqual({ P0: 20_464_437_737n, P1: -5n });
  });
});

describe('what can never be emptied', () => {
  it('is refused up front with the names of the centres', () => {
    const input = cycle(
      'reciprocal',
      { A: 5n, B: 0n, C: 7n, P: 0n },
      { A: { B: '1' }, B: { A: '1' }, C: { A: '1', P: '1' } },
    );
    expect(refusal(input)).toEqual({ code: 'CYCLE_NOT_DEPLETABLE', centres: ['A', 'B'] });
  });

  it('is refused where step-down leaves a centre nobody to serve', () => {
    const input = cycle('step-down', { A: 5n, B: 5n, P: 0n }, { A: { P: '1' }, B: { A: '1' } }, { order: ['A', 'B'] });
    expect(refusal(input)).toEqual({ code: 'CYCLE_NOT_DEPLETABLE', centres: ['B'] });
  });

  it('is refused where money reaches a centre that gives nothing', () => {
    const input = cycle('reciprocal', { A: 5n, Idle: 0n, P: 0n }, { A: { Idle: '1', P: '1' }, Idle: {} });
    expect(refusal(input).centres).toEqual(['Idle']);
    // The direct method passes it nothing.
    expect(refusal({ ...input, method: 'direct' }).code).toBe('accepted');
  });

  it('is accepted where a centre gives nothing and no money reaches it', () => {
    expect(amounts(runCycle(cycle('reciprocal', { A: 5n, Idle: 0n, P: 0n }, { A: { P: '1' }, Idle: {} })))).toEqual({
      P: 5n,
    });
    expect(refusal(cycle('reciprocal', { A: 5n, Idle: 1n, P: 0n }, { A: { P: '1' }, Idle: {} })).centres).toEqual([
      'Idle',
    ]);
  });
});

describe('an incomplete description', () => {
  const good = cycle('step-down', COSTS, SERVICES, { order: ['IT', 'Telecoms'] });
  it.each<[string, Partial<CycleInput>]>([
    ['CYCLE_INVALID', { method: 'iterative' as never }],
    ['CYCLE_INVALID', { service: [] }],
    ['CYCLE_INVALID', { operating: [] }],
    ['CYCLE_INVALID', { service: ['IT', 'IT', 'Telecoms'] }],
    ['CYCLE_INVALID', { operating: ['Cars', 'Trucks', 'IT'] }],
    ['CYCLE_INVALID', { order: ['IT'] }],
    ['CYCLE_INVALID', { order: ['IT', 'IT', 'Telecoms'] }],
    ['CYCLE_INVALID', { order: ['IT', 'Telecoms', 'Cars'] }],
    ['CYCLE_INVALID', { costs: new Map([['HR', 1n]]) }],
    ['CYCLE_INVALID', { services: new Map([['Cars', new Map([['IT', '1']])]]) }],
    ['CYCLE_INVALID', { services: new Map([['IT', new Map([['HR', '1']])]]) }],
    ['NEGATIVE_WEIGHT', { services: new Map([['IT', new Map([['Cars', '-1']])]]) }],
  ])('is refused with %s', (code, change) => {
    expect(refusal({ ...good, ...change }).code).toBe(code);
  });
});

const shuffled = (input: CycleInput): CycleInput => ({
  ...input,
  service: input.service.toReversed(),
  operating: input.operating.toReversed(),
  costs: new Map([...input.costs].reverse()),
  services: new Map([...input.services].reverse().map(([from, given]) => [from, new Map([...given].reverse())])),
});

describe('promises of a cycle', () => {
  it('conserves the total, and empties every service centre to the unit', () => {
    fc.assert(
      fc.property(anyCycle, (input) => {
        const result = runCycle(input);
        expect(result.parts.reduce((sum, part) => sum + part.amount, 0n)).toBe(result.total);
        for (const centre of input.service) {
          const into = result.flows.filter((flow) => flow.to === centre).reduce((sum, flow) => sum + flow.amount, 0n);
          const out = result.flows.filter((flow) => flow.from === centre).reduce((sum, flow) => sum + flow.amount, 0n);
          expect(out).toBe(into + (input.costs.get(centre) ?? 0n));
        }
        for (const { centre, amount, direct } of result.parts) {
          const into = result.flows.filter((flow) => flow.to === centre).reduce((sum, flow) => sum + flow.amount, 0n);
          expect(amount).toBe(direct + into);
        }
      }),
    );
  });

  it('rounds every flow and every receipt by less than one unit', () => {
    fc.assert(
      fc.property(anyCycle, (input) => {
        const result = runCycle(input);
        for (const { exact, amount } of result.flows) {
          const off = amount * exact.denominator - exact.numerator;
          expect(off < exact.denominator && -off < exact.denominator).toBe(true);
        }
        for (const { received, floor, rounding } of result.parts) {
          const off = (floor + rounding) * received.denominator - received.numerator;
          expect(off < received.denominator && -off < received.denominator).toBe(true);
        }
      }),
    );
  });

  it('does not depend on the order of the input, and mirrors a credit', () => {
    fc.assert(
      fc.property(anyCycle, (input) => {
        const result = runCycle(input);
        expect(amounts(runCycle(shuffled(input)))).toEqual(amounts(result));
        expect(runCycle(shuffled(input)).flows).toEqual(result.flows);
        const credit = runCycle({
          ...input,
          costs: new Map([...input.costs].map(([centre, cost]) => [centre, -cost])),
        });
        expect(credit.parts.map((part) => part.amount)).toEqual(result.parts.map((part) => -part.amount));
        expect(credit.flows.map((flow) => flow.amount)).toEqual(result.flows.map((flow) => -flow.amount));
      }),
    );
  });

  it('refines to the same amounts as the exact fractions, each pool within 1e-12', () => {
    fc.assert(
      fc.property(anyCycle, (input) => {
        const exact = runCycle(input);
        const refined = runCycle({ ...input, exactUpTo: 0 });
        expect(refined.parts.map((part) => part.amount)).toEqual(exact.parts.map((part) => part.amount));
        expect(refined.flows.map((flow) => flow.amount)).toEqual(exact.flows.map((flow) => flow.amount));
        refined.pools.forEach(({ passed }, index) => {
          const truth = exact.pools[index]?.passed ?? { numerator: 0n, denominator: 1n };
          const off = passed.numerator * truth.denominator - truth.numerator * passed.denominator;
          expect((off < 0n ? -off : off) * 10n ** 12n <= passed.denominator * truth.denominator).toBe(true);
        });
      }),
    );
  });
});

describe('many centres', () => {
  /** A deterministic cycle in which almost everything circulates: one part in a million leaves each round. */
  const stubborn = (services: number): CycleInput => {
    const service = Array.from({ length: services }, (_, index) => `S${index}`);
    const given = service.map((from, row) => {
      const weights = service.map((to, column) => [to, BigInt((row * 7919 + column * 104_729) % 997)] as const);
      return [from, new Map([...weights, [`P${row % 3}`, 1n] as const])] as const;
    });
    return {
      method: 'reciprocal',
      service,
      operating: ['P0', 'P1', 'P2'],
      costs: new Map(service.map((centre, index) => [centre, BigInt(index + 1) * 10n ** 15n])),
      services: new Map(given),
    };
  };

  it('conserves 100 centres that hardly let go, within 2^-64 units', () => {
    const input = stubborn(100);
    const result = runCycle(input);
    expect(result.exact).toBe(false);
    expect(result.parts.reduce((sum, part) => sum + part.amount, 0n)).toBe(result.total);
    const exact = runCycle({ ...input, exactUpTo: 100 });
    expect(result.parts.map((part) => part.amount)).toEqual(exact.parts.map((part) => part.amount));
  });
});
