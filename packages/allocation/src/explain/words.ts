import type { TieBreak } from '../split/distribute.ts';

export type Language = 'en' | 'fr';

/** One sentence a fact, with the figures already written in the language. */
export interface Words {
  readonly point: string;
  /** Between facts of one line: not a comma where that is the decimal point. */
  readonly separator: string;
  split(amount: string, keys: number, total: string): string;
  rounding(mode: 'largest-remainder' | 'floor-to-first', ties: TieBreak, unit: string | undefined): string;
  weight(weight: string, total: string): string;
  floor(floor: string): string;
  unit(amount: string): string;
  residue(amount: string): string;
  whole: string;
  method: Readonly<Record<'direct' | 'step-down' | 'reciprocal', string>>;
  cycle(method: string, services: number, operations: number, total: string): string;
  order(centres: readonly string[]): string;
  pool(centre: string, direct: string, received: string, passed: string): string;
  self(amount: string): string;
  idle(centre: string): string;
  flow(to: string, passed: string, weight: string, total: string, exact: string, amount: string): string;
  part(centre: string, direct: string, received: string, amount: string): string;
  receipt(exact: string, floor: string): string;
  notExact: string;
  line(line: string, amount: string): string;
  rule(version: string, digest: string): string;
  axis(axis: string, method: string): string;
  methods: Readonly<Record<'fixed' | 'even' | 'driver' | 'amount' | 'fallback' | 'cross', string>>;
  driver(driver: string, month: string): string;
  fallback(driver: string, month: string, dimension: string): string;
  fixedMoney(dimension: string, amount: string): string;
  rest(amount: string): string;
}

const en: Words = {
  point: '.',
  separator: ', ',
  split: (amount, keys, total) => `${amount} over ${keys} ${keys === 1 ? 'key' : 'keys'} of total weight ${total}.`,
  rounding: (mode, ties, unit) => {
    const by = unit === undefined ? '' : ` in steps of ${unit}`;
    if (mode === 'floor-to-first') return `Rounded down${by}; what is left goes to the first positions.`;
    const tie = ties === 'key' ? 'the larger weight, then the smaller key' : 'the earlier position';
    return `Rounded down${by}; what is left goes to the largest remainders, and in a tie to ${tie}.`;
  },
  weight: (weight, total) => `weight ${weight} of ${total}`,
  floor: (floor) => `floor ${floor}`,
  unit: (amount) => `rounding unit ${amount}`,
  residue: (amount) => `residue below the rounding unit ${amount}`,
  whole: 'exact',
  method: { direct: 'Direct method', 'step-down': 'Step-down method', reciprocal: 'Reciprocal method' },
  cycle: (method, services, operations, total) =>
    `${method}: ${services} service ${plural(services, 'centre')} into ${operations} operating ${plural(operations, 'centre')}, ${total} in and out.`,
  order: (centres) => `Emptied in the order ${centres.join(', ')}.`,
  pool: (centre, direct, received, passed) =>
    `${centre}: own cost ${direct} + received ${received} = ${passed} passes through`,
  self: (amount) => `of which ${amount} for its own use`,
  idle: (centre) => `${centre}: gives nothing, and no money reaches it`,
  flow: (to, passed, weight, total, exact, amount) =>
    `to ${to}: ${passed} × ${weight} / ${total} = ${exact}, rounded ${amount}`,
  part: (centre, direct, received, amount) => `${centre}: own cost ${direct} + received ${received} = ${amount}`,
  receipt: (exact, floor) => `received exactly ${exact}, floor ${floor}`,
  notExact: 'The fractions are decimals here, each within 2^-64 of a unit; the rounded amounts add up exactly.',
  line: (line, amount) => `Line ${line}: ${amount}.`,
  rule: (version, digest) => `Rule version ${version}, digest ${digest}.`,
  axis: (axis, method) => `Axis ${axis}, ${method}`,
  methods: {
    fixed: 'fixed weights',
    even: 'even parts',
    driver: 'weights of a driver',
    amount: 'fixed amounts first',
    fallback: 'fallback',
    cross: 'one part per combination',
  },
  driver: (driver, month) => `driver ${driver} of ${month}`,
  fallback: (driver, month, dimension) => `driver ${driver} has no weight in ${month}: all of it to ${dimension}`,
  fixedMoney: (dimension, amount) => `${dimension}: ${amount}, a fixed amount`,
  rest: (amount) => `The rest, ${amount}:`,
};

const fr: Words = {
  point: ',',
  separator: ' ; ',
  split: (amount, keys, total) => `${amount} sur ${keys} ${keys === 1 ? 'clé' : 'clés'} de poids total ${total}.`,
  rounding: (mode, ties, unit) => {
    const by = unit === undefined ? '' : ` au pas de ${unit}`;
    if (mode === 'floor-to-first') return `Arrondi par défaut${by} ; le reliquat va aux premières positions.`;
    const tie = ties === 'key' ? 'au plus grand poids, puis à la plus petite clé' : 'à la première position';
    return `Arrondi par défaut${by} ; le reliquat va aux plus forts restes et, à égalité, ${tie}.`;
  },
  weight: (weight, total) => `poids ${weight} sur ${total}`,
  floor: (floor) => `par défaut ${floor}`,
  unit: (amount) => `unité d'arrondi ${amount}`,
  residue: (amount) => `reliquat inférieur au pas d'arrondi ${amount}`,
  whole: 'exact',
  method: {
    direct: 'Méthode directe',
    'step-down': 'Méthode en cascade',
    reciprocal: 'Méthode des prestations réciproques',
  },
  cycle: (method, services, operations, total) =>
    `${method} : ${services} ${plural(services, 'centre')} auxiliaire${services === 1 ? '' : 's'} vers ${operations} ${plural(operations, 'centre')} principa${operations === 1 ? 'l' : 'ux'}, ${total} en entrée et en sortie.`,
  order: (centres) => `Vidés dans l'ordre ${centres.join(', ')}.`,
  pool: (centre, direct, received, passed) =>
    `${centre} : coût propre ${direct} + reçu ${received} = ${passed} à répartir`,
  self: (amount) => `dont ${amount} pour son propre usage`,
  idle: (centre) => `${centre} : ne fournit rien et ne reçoit rien`,
  flow: (to, passed, weight, total, exact, amount) =>
    `vers ${to} : ${passed} × ${weight} / ${total} = ${exact}, arrondi ${amount}`,
  part: (centre, direct, received, amount) => `${centre} : coût propre ${direct} + reçu ${received} = ${amount}`,
  receipt: (exact, floor) => `reçu exactement ${exact}, par défaut ${floor}`,
  notExact:
    "Les fractions sont ici des décimales, chacune à 2^-64 d'unité près ; les montants arrondis s'additionnent exactement.",
  line: (line, amount) => `Ligne ${line} : ${amount}.`,
  rule: (version, digest) => `Version ${version} de la règle, empreinte ${digest}.`,
  axis: (axis, method) => `Axe ${axis}, ${method}`,
  methods: {
    fixed: 'poids fixes',
    even: 'parts égales',
    driver: "poids d'un inducteur",
    amount: "montants fixes d'abord",
    fallback: 'repli',
    cross: 'une part par combinaison',
  },
  driver: (driver, month) => `inducteur ${driver} de ${month}`,
  fallback: (driver, month, dimension) => `l'inducteur ${driver} n'a aucun poids en ${month} : tout à ${dimension}`,
  fixedMoney: (dimension, amount) => `${dimension} : ${amount}, montant fixe`,
  rest: (amount) => `Le reste, ${amount} :`,
};

export const WORDS: Readonly<Record<Language, Words>> = { en, fr };

function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}
