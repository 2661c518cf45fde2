import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import {
  AllocationError,
  type CycleResult,
  explain,
  type Language,
  parseDecimal,
  parseRational,
  type Rational,
  runCycle,
  type Split,
  split,
} from '@prorata/allocation';
import type { Command } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { readPath } from '../terminal/values.ts';
import { type AllocateAnswer, presentCycle, presentSplit } from './answer.ts';
import { parseExactJson } from './exact-json.ts';
import {
  assertNames,
  escapeName,
  finestScale,
  invalid,
  type Member,
  optional,
  readMembers,
  readNames,
  readNumberText,
  readScale,
  readText,
  required,
} from './members.ts';
import { engineProblem } from './problems.ts';

/** An answer with its trace in words. */
export interface Allocated {
  readonly answer: AllocateAnswer;
  words(language: Language): string[];
}

/**
 * Runs the split or the cycle that a document describes (design of the command line, row `prorata allocate`).
 *
 * @param input parsed JSON, or what `parseExactJson` gives.
 * @throws Problem `ALLOCATE_DOCUMENT_INVALID` with a JSON pointer, or what the engine refuses.
 */
export function allocateDocument(input: unknown): AllocateAnswer {
  return allocate(input).answer;
}

export function allocate(input: unknown): Allocated {
  const members = readMembers({ value: input, pointer: '' });
  const method = optional(members, 'method');
  const isSplit = method === undefined ? members.has('amount') : method.value === 'split';
  if (method === undefined && !isSplit)
    throw invalid('', 'has neither an "amount" to split nor the "method" of a cycle.');
  return isSplit ? allocateSplit(members) : allocateCycle(members);
}

/** What may describe a document without taking part in it. */
const DESCRIPTION = ['id', 'title', 'notes', 'source', 'basis', 'currency'];

function allocateSplit(members: ReadonlyMap<string, Member>): Allocated {
  assertNames(members, ['method', 'amount', 'scale', 'weights', 'unit', 'rounding', 'ties', ...DESCRIPTION]);
  const amountMember = required(members, 'amount');
  const unitMember = optional(members, 'unit');
  const amountText = readNumberText(amountMember);
  const unitText = unitMember === undefined ? undefined : readNumberText(unitMember);
  const scale = readScaleOr(members, unitText === undefined ? [amountText] : [amountText, unitText]);
  const weights = [...readMembers(required(members, 'weights'))].map(([key, member]) => ({
    key,
    weight: readWeight(member),
  }));
  const rounding = optional(members, 'rounding');
  const ties = optional(members, 'ties');
  const amount = at(amountMember.pointer, () => parseDecimal(amountText, scale));
  const unit = unitMember === undefined ? undefined : at(unitMember.pointer, () => parseDecimal(unitText ?? '', scale));
  const result: Split = at(undefined, () =>
    split({
      amount,
      weights,
      ...(unit === undefined ? {} : { unit }),
      ...(rounding === undefined ? {} : { rounding: readText(rounding, ['largest-remainder', 'floor-to-first']) }),
      ...(ties === undefined ? {} : { ties: readText(ties, ['key', 'position']) }),
    }),
  );
  return { answer: presentSplit(result, scale), words: (language) => explain(result, { scale, language }) };
}

function allocateCycle(members: ReadonlyMap<string, Member>): Allocated {
  const method = readText(required(members, 'method'), ['direct', 'step-down', 'reciprocal', 'split'] as const);
  if (method === 'split') throw invalid('/method', 'a split has an "amount".');
  const own = ['method', 'scale', 'service', 'operating', 'direct_costs', 'services_given', 'order'];
  assertNames(members, [...own, ...DESCRIPTION]);
  const service = readNames(required(members, 'service'));
  const operating = readNames(required(members, 'operating'));
  const orderMember = optional(members, 'order');
  const order = orderMember === undefined ? undefined : readNames(orderMember);
  const costMembers = [...readMembers(required(members, 'direct_costs'))];
  const costTexts = costMembers.map(([centre, member]) => [centre, readNumberText(member), member.pointer] as const);
  const scale = readScaleOr(
    members,
    costTexts.map(([, text]) => text),
  );
  const costs = new Map(
    costTexts.map(([centre, text, pointer]) => [centre, at(pointer, () => parseDecimal(text, scale))]),
  );
  const services = readServices(required(members, 'services_given'), operating);
  const result: CycleResult = at(undefined, () =>
    runCycle({
      method,
      service,
      operating,
      costs,
      services,
      // The order belongs to step-down; the other methods have none.
      ...(order !== undefined && method === 'step-down' ? { order } : {}),
    }),
  );
  return { answer: presentCycle(result, scale), words: (language) => explain(result, { scale, language }) };
}

/** Weights by giving, then by receiving centre. A table may list operating centres too, with rows of nothing. */
function readServices(member: Member, operating: readonly string[]): Map<string, Map<string, Rational>> {
  const services = new Map<string, Map<string, Rational>>();
  for (const [from, row] of readMembers(member)) {
    const given = [...readMembers(row)].map(([to, weight]) => [to, readWeight(weight)] as const);
    if (operating.includes(from) && given.every(([, weight]) => weight.numerator === 0n)) continue;
    services.set(from, new Map(given));
  }
  return services;
}

function readWeight(member: Member): Rational {
  const text = readNumberText(member);
  return at(member.pointer, () => parseRational(text));
}

function readScaleOr(members: ReadonlyMap<string, Member>, amounts: readonly string[]): number {
  const scale = optional(members, 'scale');
  return scale === undefined ? finestScale(amounts) : readScale(scale);
}

/** Gives a refusal of the engine its place in the document. */
function at<T>(pointer: string | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof AllocationError ? engineProblem(error, pointer ?? placeOf(error)) : error;
  }
}

/** The members of a document, by the names that the engine has for them. */
const CYCLE_MEMBERS: Readonly<Record<string, string>> = { costs: 'direct_costs', services: 'services_given' };

/** Where a refusal belongs that is about a member as a whole. */
const PLACES: Readonly<Partial<Record<AllocationError['code'], string>>> = {
  UNIT_OUT_OF_RANGE: '/unit',
  NO_WEIGHTS: '/weights',
  ZERO_WEIGHTS: '/weights',
};

function placeOf({ code, extensions }: AllocationError): string | undefined {
  const { key, member, centres } = extensions;
  if (typeof key === 'string') return `/weights/${escapeName(key)}`;
  if (typeof member === 'string') return `/${CYCLE_MEMBERS[member] ?? member}`;
  if (code === 'NEGATIVE_WEIGHT' && Array.isArray(centres))
    return `/services_given/${centres.map(escapeName).join('/')}`;
  return PLACES[code];
}

const SPLIT_EXAMPLE = `echo '{"amount":"100.00","scale":2,"weights":{"A":"1","B":"2"}}' | npx prorata allocate -`;

/** `prorata allocate FILE|-`: the engine alone, no node and no database. */
export function allocateCommand(program: Command, shell: Shell): Command {
  const command = addCommand(program, shell, {
    name: 'allocate <file>',
    summary: 'split an amount, or empty service centres, exactly; FILE is JSON, "-" is standard input',
    examples: ['allocate split.json', 'allocate cycle.json --json', 'allocate split.json --lang fr'],
    run: async ({ argument, terminal }) => {
      const document = argument === '-' ? await textOf(process.stdin) : await readFile(readPath(argument), 'utf8');
      const { answer, words } = allocate(parseExactJson(document));
      return { document: answer, text: words(terminal.language).join('\n') };
    },
  });
  return command.addHelpText('after', HELP);
}

const HELP = `
A split (unit, rounding and ties may be left out):
  {"amount":"100.00","scale":2,"weights":{"A":"1","B":"2.5","C":"1/3"},
   "unit":"0.05","rounding":"largest-remainder","ties":"key"}
    rounding: largest-remainder, floor-to-first    ties: key, position

A cycle (method: direct, step-down, reciprocal; order is for step-down):
  {"method":"reciprocal","scale":2,"service":["IT"],"operating":["Cars","Trucks"],
   "direct_costs":{"IT":"6"},"services_given":{"IT":{"IT":"15","Cars":"35","Trucks":"25"}}}

From standard input:
  $ ${SPLIT_EXAMPLE}`;
