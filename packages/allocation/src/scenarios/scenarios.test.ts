import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type AxisRule,
  allocateEntry,
  bindPlan,
  type CycleMethod,
  compileRuleOrThrow,
  formatDecimal,
  lineAmount,
  matchesLine,
  parseDecimal,
  runCycle,
  split,
} from '../index.ts';
import { plainNumber, readScenarios, type Scenario, type Table } from './scenario-file.ts';

const FOLDER = new URL('../../scenarios/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.md') && file !== 'README.md');

type Row = Record<string, string>;

const table = (scenario: Scenario, name: string): Table => {
  const found = scenario.tables.get(name);
  if (found === undefined) throw new Error(`${scenario.title}: the table ${name} is missing.`);
  return found;
};
const rowsOf = ({ header, lines }: Table): Row[] =>
  lines.map((line) => Object.fromEntries(header.map((column, index) => [column, line[index] ?? ''])));
const scaleOf = ({ settings }: Scenario): number => Number(settings.get('scale') ?? '2');
const list = (text: string): string[] => text.split(',').map((item) => item.trim());

/** Name → amount of a table of two columns, amounts in the spelling of `formatDecimal`. */
const expected = (scenario: Scenario): Row =>
  Object.fromEntries(
    table(scenario, 'Result').lines.map(([name = '', amount = '']) => {
      const scale = scaleOf(scenario);
      return [name, formatDecimal(parseDecimal(plainNumber(amount), scale), scale)];
    }),
  );

function runSplit(scenario: Scenario): Row {
  const scale = scaleOf(scenario);
  const weights = table(scenario, 'Weights').lines.map(([key = '', weight = '']) => ({
    key,
    weight: plainNumber(weight),
  }));
  const amount = parseDecimal(plainNumber(scenario.settings.get('amount') ?? ''), scale);
  const unit = parseDecimal(scenario.settings.get('unit') ?? formatDecimal(1n, scale), scale);
  return Object.fromEntries(
    split({ amount, weights, unit }).parts.map((part) => [part.key, formatDecimal(part.amount, scale)]),
  );
}

/** Primary allocation: each charge over the centres by its own keys, and the sum of each centre. */
function runCharges(scenario: Scenario): Row {
  const { header, lines } = table(scenario, 'Charges');
  const sums = new Map(header.slice(2).map((centre) => [centre, 0n]));
  for (const [, amount = '', ...keys] of lines) {
    const weights = header.slice(2).map((key, index) => ({ key, weight: plainNumber(keys[index] ?? '') }));
    for (const part of split({ amount: parseDecimal(plainNumber(amount), 2), weights }).parts) {
      sums.set(part.key, (sums.get(part.key) ?? 0n) + part.amount);
    }
  }
  return Object.fromEntries([...sums].map(([centre, sum]) => [centre, formatDecimal(sum, 2)]));
}

/** Secondary allocation: for service centres what passed through, for operating centres what they cost in the end. */
function runSecondary(scenario: Scenario): Row {
  const scale = scaleOf(scenario);
  const centres = table(scenario, 'Centres').lines.map(([centre = '', kind = '', cost = '']) => ({
    centre,
    kind,
    cost,
  }));
  const { header, lines } = table(scenario, 'Services');
  const named = (kind: string): string[] =>
    centres.filter((centre) => centre.kind === kind).map(({ centre }) => centre);
  const order = scenario.settings.get('order');
  const result = runCycle({
    method: scenario.settings.get('method') as CycleMethod,
    service: named('service'),
    operating: named('operating'),
    costs: new Map(centres.map(({ centre, cost }) => [centre, parseDecimal(plainNumber(cost), scale)])),
    services: new Map(
      lines.map(([from = '', ...cells]) => [
        from,
        new Map(header.slice(1).map((to, index) => [to, plainNumber(cells[index] ?? '')])),
      ]),
    ),
    ...(order === undefined ? {} : { order: list(order) }),
  });
  const pools = result.pools.map(({ centre, passed }) => [
    centre,
    formatDecimal(passed.numerator / passed.denominator, scale),
  ]);
  return Object.fromEntries([
    ...pools,
    ...result.parts.map(({ centre, amount }) => [centre, formatDecimal(amount, scale)]),
  ]);
}

interface ReadAxis {
  readonly rule: AxisRule;
  readonly driver?: readonly [string, ReadonlyMap<string, string>];
}

function readAxis({ axis = '', method = '', dimensions = '' }: Row): ReadAxis {
  const pairs = list(dimensions).map((item) => item.split(' '));
  const names = pairs.map(([name = '']) => name);
  const weights = pairs.map(([name = '', weight = '']) => [name, weight] as const);
  if (method === 'even') return { rule: { axis, method, dimensions: names } };
  if (method === 'fixed') {
    return { rule: { axis, method, shares: weights.map(([dimension, weight]) => ({ dimension, weight })) } };
  }
  const driver = method.replace(/^driver /, '');
  return { rule: { axis, method: 'driver', driver, dimensions: names }, driver: [driver, new Map(weights)] };
}

function runEntry(scenario: Scenario): string[] {
  const axes = rowsOf(table(scenario, 'Rule')).map(readAxis);
  const setting = (name: string): object => {
    const value = scenario.settings.get(name);
    return value === undefined ? {} : { [name]: list(value) };
  };
  const match = { ...setting('accounts'), ...setting('except') };
  const rule = {
    schema: 'prorata.allocation-rule/1',
    match,
    axes: axes.map((axis) => axis.rule),
    combine: scenario.settings.get('combine') ?? 'parallel',
  };
  const dimensions = rowsOf(table(scenario, 'Rule')).map(
    ({ axis = '', dimensions: cell = '' }) => [axis, list(cell).map((item) => item.split(' ')[0] ?? '')] as const,
  );
  const plan = compileRuleOrThrow(rule, { axes: new Map(dimensions), scale: 2 });
  const bound = bindPlan(
    plan,
    '2026-10',
    new Map(axes.flatMap(({ driver }) => (driver === undefined ? [] : [driver]))),
  );
  const lines = rowsOf(table(scenario, 'Entry'))
    .filter(({ account = '', journal = '' }) => matchesLine(match, { account, journal }, { defaultAccounts: [] }))
    .map(({ line = '', debit = '', credit = '' }) => {
      const [left, right] = [parseDecimal(plainNumber(debit), 2), parseDecimal(plainNumber(credit), 2)];
      return { line, amount: lineAmount(left, right) };
    });
  return allocateEntry(bound, lines).flatMap(({ line, splits }) =>
    splits.flatMap(({ axes: codes, dimensions: named, split: { parts } }) =>
      parts.map(({ amount }, index) =>
        [line, codes.join(' × '), named[index]?.join(' × '), formatDecimal(amount, 2)].join(' | '),
      ),
    ),
  );
}

describe.each(FILES)('scenarios/%s', (file) => {
  it.each(
    readScenarios(readFileSync(new URL(file, FOLDER), 'utf8')).map((scenario) => [scenario.title, scenario] as const),
  )('%s', (_title, scenario) => {
    if (scenario.tables.has('Parts')) {
      expect(runEntry(scenario)).toEqual(table(scenario, 'Parts').lines.map((line) => line.join(' | ')));
      return;
    }
    const run = scenario.tables.has('Centres') ? runSecondary : scenario.tables.has('Charges') ? runCharges : runSplit;
    expect(run(scenario)).toEqual(expected(scenario));
  });
});

describe('the scenario files', () => {
  it('are all there and none is empty', () => {
    expect(FILES.toSorted()).toEqual([
      'credit-note.md',
      'currencies.md',
      'invoice-three-axes.md',
      'shared-cluster.md',
      'tableau-de-repartition.md',
    ]);
    for (const file of FILES)
      expect(readScenarios(readFileSync(new URL(file, FOLDER), 'utf8')).length).toBeGreaterThan(0);
  });

  it('are refused where a table is ragged', () => {
    expect(() => readScenarios('## A\n**Result**\n| a | b |\n|---|---|\n| 1 |\n')).toThrow('has not 2 cells');
  });
});
