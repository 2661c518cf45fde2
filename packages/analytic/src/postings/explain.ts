import {
  allocateEntry,
  bindPlan,
  compileRuleOrThrow,
  explainLine,
  type Language,
  parseDecimal,
  type RulePlan,
} from '@prorata/allocation';
import type { RequestContext } from '@prorata/platform';
import * as ruleSql from '../rules/rules.sql.ts';
import type { RuleRow } from '../rules/rules.ts';
import { type AnalyticNode, found, read } from '../service/node.ts';
import * as sql from './postings.sql.ts';
import { mirrored, type PostingResult, type ResultLine } from './result.ts';
import type { PostingRow } from './store.ts';

export type { Language };

interface Words {
  posting(entry: string, date: string, rule: string, version: string): string;
  taken(entry: string, date: string, rule: string, version: string): string;
  mirror(of: string): string;
  reversed(by: string): string;
  account(line: string, account: string): string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    posting: (entry, date, rule, version) =>
      `Entry ${entry}, posted on ${date}, by the rule ${rule}, version ${version}.`,
    taken: (entry, date, rule, version) =>
      `Entry ${entry}, taken back on ${date}, by the rule ${rule}, version ${version}.`,
    mirror: (of) => `Mirror of the posting ${of}: each amount below is taken back with the other sign.`,
    reversed: (by) => `Reversed by the posting ${by}.`,
    account: (line, account) => `Line ${line} is on account ${account}.`,
  },
  fr: {
    posting: (entry, date, rule, version) =>
      `Écriture ${entry}, comptabilisée le ${date}, par la règle ${rule}, version ${version}.`,
    taken: (entry, date, rule, version) =>
      `Écriture ${entry}, reprise le ${date}, par la règle ${rule}, version ${version}.`,
    mirror: (of) =>
      `Contre-passation de l'imputation ${of} : chaque montant ci-dessous est repris avec le signe contraire.`,
    reversed: (by) => `Contre-passée par l'imputation ${by}.`,
    account: (line, account) => `La ligne ${line} est au compte ${account}.`,
  },
};

/** Answers "why this amount?" for every part of a posting, from what the posting keeps: not from today's references. @throws Problem `NOT_FOUND` */
export async function explainPosting(
  node: AnalyticNode,
  context: RequestContext,
  id: string,
  language: Language,
): Promise<{ posting_id: string; lang: Language; lines: string[] }> {
  const { posting, rule, entry } = await read(node, context, async (tx) => {
    const row = found(await tx.query<PostingRow>(sql.BY_ID, [id]), `there is no posting ${id}`);
    const by = found(await tx.query<RuleRow>(ruleSql.BY_ID, [row.allocation_rule_id]), row.allocation_rule_id);
    const source = await tx.query<{ name: string }>(sql.ENTRY_NAME, [row.source_entry_id]);
    return { posting: row, rule: by, entry: source[0]?.name ?? row.source_entry_id };
  });
  const words = WORDS[language];
  const first = posting.kind === 'MIRROR' ? words.taken : words.posting;
  const lines = [first(entry, posting.posting_date, rule.rule_code, String(rule.version))];
  if (posting.reverses !== null) lines.push(words.mirror(posting.reverses));
  if (posting.reversed_by !== null) lines.push(words.reversed(posting.reversed_by));
  const original = posting.kind === 'MIRROR' ? mirrored(posting.result) : posting.result;
  return { posting_id: id, lang: language, lines: [...lines, ...explainResult(original, rule.rule, language)] };
}

/** Computes a result again from its own weights, rule and lines, and tells each step in words. */
export function explainResult(result: PostingResult, rule: unknown, language: Language): string[] {
  const plan = compileRuleOrThrow(rule, { axes: axesOf(result, rule), scale: result.scale });
  const drivers = new Map(Object.entries(result.drivers).map(([code, own]) => [code, new Map(Object.entries(own))]));
  const bound = bindPlan(plan, result.month, drivers);
  const source = result.lines.map(({ line, amount }) => ({
    line: String(line),
    amount: parseDecimal(amount, result.scale),
  }));
  const options = { scale: result.scale, language, ruleVersion: String(result.rule.version) };
  return allocateEntry(bound, source).flatMap((line, index) => [
    WORDS[language].account(line.line, result.lines[index]?.account ?? ''),
    ...explainLine(line, bound, options),
  ]);
}

/** The dimensions of each axis as they stood: those that weighed, and those that the rule names. */
function axesOf(result: PostingResult, rule: unknown): Map<string, string[]> {
  const axes = new Map<string, Set<string>>();
  const add = (axis: string, dimension: string) => axes.set(axis, (axes.get(axis) ?? new Set()).add(dimension));
  for (const { splits } of result.lines as readonly ResultLine[]) {
    for (const { axes: codes, parts } of splits) {
      for (const { dimensions } of parts) {
        for (const [index, axis] of codes.entries()) add(axis, dimensions[index] ?? '');
      }
    }
  }
  for (const axis of (rule as RulePlan['rule']).axes) for (const code of namedBy(axis)) add(axis.axis, code);
  return new Map([...axes].map(([axis, own]) => [axis, [...own]]));
}

function namedBy(axis: RulePlan['rule']['axes'][number]): readonly string[] {
  const amounts = axis.method === 'amount' ? axis.amounts.map(({ dimension }) => dimension) : [];
  const method = axis.method === 'amount' ? axis.rest : axis;
  if (method.method === 'fixed') return [...amounts, ...method.shares.map(({ dimension }) => dimension)];
  const listed = method.dimensions === 'all' ? [] : method.dimensions;
  const fallback = method.method === 'driver' && method.fallback !== undefined ? [method.fallback] : [];
  return [...amounts, ...listed, ...fallback];
}
