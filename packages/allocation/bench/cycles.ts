import { type CycleInput, runCycle } from '../src/index.ts';
import { type BenchResult, fastest } from './measure.ts';

/** Every service centre serves every other centre, itself included: the worst case of a size. */
function dense(services: number, operations: number): CycleInput {
  const service = Array.from({ length: services }, (_, index) => `S${index}`);
  const operating = Array.from({ length: operations }, (_, index) => `P${index}`);
  const all = [...service, ...operating];
  let state = 20_261_121;
  const next = (): bigint => {
    state = (state * 48_271) % 2_147_483_647;
    return BigInt(state % 10_000);
  };
  return {
    method: 'reciprocal',
    service,
    operating,
    costs: new Map(all.map((centre) => [centre, next() * 100_003n])),
    services: new Map(service.map((from) => [from, new Map(all.map((to) => [to, next()]))])),
  };
}

/** Reciprocal cycles with their rounded flows, in exact fractions up to 64 centres and refined beyond. */
export function benchCycles(): BenchResult[] {
  const small = dense(64, 20);
  const large = dense(500, 50);
  const exact = fastest(() => conserved(small));
  const refined = fastest(() => conserved({ ...small, exactUpTo: 0 }));
  const many = fastest(() => conserved(large));
  return [
    { name: 'reciprocal, 64 service centres, exact fractions', value: exact, unit: 'ms' },
    {
      name: 'reciprocal, 64 service centres, refined',
      value: refined,
      unit: 'ms',
      floor: { name: 'exact fractions', value: exact, unit: 'ms' },
      ratio: exact / refined,
    },
    {
      name: 'reciprocal, 500 service centres, refined',
      value: many,
      unit: 'ms',
      note: 'every flow within 2^-64 units',
    },
  ];
}

function conserved(input: CycleInput): void {
  const { parts, total } = runCycle(input);
  const sum = parts.reduce((all, part) => all + part.amount, 0n);
  if (sum !== total) throw new Error(`The bench lost ${total - sum} units.`);
}
