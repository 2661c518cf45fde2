import type { RuleMatch } from './rule.ts';

/** What a line of an entry is matched by. */
export interface MatchableLine {
  readonly account: string;
  readonly journal: string;
}

/** What a legal entity settles for all of its rules. */
export interface MatchSettings {
  /** Patterns of the accounts that are split where a rule names none. */
  readonly defaultAccounts: readonly string[];
  /** Journals that are never allocated, such as opening and closing. Codes or patterns. */
  readonly neverJournals?: readonly string[];
  /** Accounts that are never allocated, such as those of rounding differences. Codes or patterns. */
  readonly neverAccounts?: readonly string[];
}

const PATTERN = /^[^\s*]+\*?$/;

/** Whether a text is a code, or a beginning of codes followed by one `*`. A lone `*` is none: it matches everything. */
export function isPattern(text: string): boolean {
  return PATTERN.test(text);
}

/**
 * Whether a rule splits a line: its account matches one of the rule's patterns (or, where the rule names none, one of the
 * legal entity's), none of the exceptions, and its journal is one of the rule's, if it names any.
 */
export function matchesLine(match: RuleMatch | undefined, line: MatchableLine, settings: MatchSettings): boolean {
  if (matchesAny(settings.neverJournals ?? [], line.journal)) return false;
  if (matchesAny(settings.neverAccounts ?? [], line.account)) return false;
  if (!matchesAny(match?.accounts ?? settings.defaultAccounts, line.account)) return false;
  if (matchesAny(match?.except ?? [], line.account)) return false;
  return match?.journals === undefined || matchesAny(match.journals, line.journal);
}

function matchesAny(patterns: readonly string[], code: string): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? code.startsWith(pattern.slice(0, -1)) : code === pattern));
}

/** The amount of a line of an entry, debit − credit, in units of one scale (design of the allocation engine). */
export function lineAmount(debit: bigint, credit: bigint): bigint {
  return debit - credit;
}
