import type { BundleFile } from './contract.ts';

/**
 * Every reason to refuse a bundle, in the order of intake. The ones after TOTALS_MISMATCH, and REFERENCE_UNKNOWN,
 * need the group's database: the group throws them as `BundleRefused` too, so that a report has one form.
 */
export const REFUSALS = {
  ARCHIVE_REFUSED: {
    title: 'The archive is not a bundle',
    next: 'Write the bundle again: a ZIP of exactly five stored entries, nothing before, between or after them.',
  },
  MANIFEST_UNREADABLE: {
    title: 'The manifest cannot be read',
    next: 'Write manifest.jws as a flattened JSON JWS whose payload follows the manifest schema of the contract.',
  },
  KEY_UNKNOWN: {
    title: 'The signing key is not known',
    next: 'Enrol the entity with this key, or rotate to it with a statement signed by the key before.',
  },
  KEY_REVOKED: {
    title: 'The signing key was not valid at the time of receipt',
    next: 'Sign the bundle with a key that is valid, and enrol that key if it is new.',
  },
  SIGNATURE_INVALID: {
    title: 'The signature does not hold',
    next: 'Take the bundle again from the entity; it was changed after signing or signed in a way that is not accepted.',
  },
  ENTITY_MISMATCH: {
    title: 'The bundle speaks for someone else',
    next: 'Send the bundle through the channel of the entity that it names, signed with a key of that entity.',
  },
  ENVIRONMENT_MISMATCH: {
    title: 'Test and production do not mix',
    next: 'Publish from a node of the same deployment as the group (prod or test).',
  },
  CONTRACT_VERSION_UNSUPPORTED: {
    title: 'The contract version is not accepted',
    next: 'Publish with a contract version that the group accepts at this time.',
  },
  FILE_DIGEST_MISMATCH: {
    title: 'A file is not the one that was signed',
    next: 'Take the bundle again from the entity; a file was changed after signing.',
  },
  SCHEMA_VIOLATION: {
    title: 'A file does not follow the contract',
    next: 'Correct the named rows and columns at their source, run the month again and publish it.',
  },
  GRAIN_DUPLICATE: {
    title: 'Two rows share one grain',
    next: 'Add up the rows with the same grain before publishing; a missing value counts as a value.',
  },
  REFERENCE_UNKNOWN: {
    title: 'A reference of the group is not known',
    next: 'Map the code to a reference that the group publishes, or ask the group to add it.',
  },
  TOTALS_MISMATCH: {
    title: 'The totals do not match the rows',
    next: 'Let the writer of the bundle compute rows and totals from the very facts that it writes.',
  },
  ENTITY_INACTIVE: {
    title: 'The entity is not active in this month',
    next: 'Ask the group to activate the entity for this month.',
  },
  PERIOD_LOCKED: {
    title: 'The group has locked this month',
    next: 'Book the correction in the first open month with adjusts_month, or ask the group to reopen the month.',
  },
  REVISION_CONFLICT: {
    title: 'The revision does not follow the one that stands',
    next: 'Publish revision head + 1 and name the digest of the standing manifest in supersedes.',
  },
} as const satisfies Record<string, { title: string; next: string }>;

export type RefusalCode = keyof typeof REFUSALS;

/** The codes in the order in which intake judges them. */
export const REFUSAL_CODES = Object.keys(REFUSALS) as readonly RefusalCode[];

/** One broken promise and its place. `row` counts from 1; null means that the place has no such part. */
export interface Violation {
  readonly code: RefusalCode;
  readonly file: BundleFile | null;
  readonly row: number | null;
  readonly column: string | null;
  readonly value: string | null;
  readonly message: string;
}

/** Builds a violation; parts that do not apply may be left out. */
export function violation(
  code: RefusalCode,
  message: string,
  place: { file?: BundleFile; row?: number; column?: string; value?: string | null } = {},
): Violation {
  return {
    code,
    file: place.file ?? null,
    row: place.row ?? null,
    column: place.column ?? null,
    value: place.value === undefined || place.value === null ? null : visible(shorten(place.value)),
    message: visible(message),
  };
}

/** A list of violations is cut at this length; `more` says how many were found beyond it. */
export const VIOLATIONS_LISTED = 1000;

/** Violations found, of which at most VIOLATIONS_LISTED are listed. */
export interface Findings {
  readonly listed: readonly Violation[];
  readonly more: number;
}

/** A bundle, enrolment, admission or rotation that is not taken, with every violation of the first rule it breaks. */
export class BundleRefused extends Error {
  readonly code: RefusalCode;
  readonly title: string;
  readonly next: string;
  readonly violations: readonly Violation[];
  readonly more: number;

  constructor(violations: readonly [Violation, ...Violation[]], more = 0) {
    const [first] = violations;
    const others = violations.length + more - 1;
    super(`${first.code}: ${first.message}${others > 0 ? ` (and ${others} more)` : ''}`);
    this.name = 'BundleRefused';
    this.code = first.code;
    this.title = REFUSALS[first.code].title;
    this.next = REFUSALS[first.code].next;
    this.violations = violations.slice(0, VIOLATIONS_LISTED);
    this.more = more + Math.max(0, violations.length - VIOLATIONS_LISTED);
  }

  toJSON(): { code: RefusalCode; title: string; next: string; violations: readonly Violation[]; more: number } {
    return { code: this.code, title: this.title, next: this.next, violations: this.violations, more: this.more };
  }
}

/** Refuses with one violation. */
export function refuse(...of: Parameters<typeof violation>): never {
  throw new BundleRefused([violation(...of)]);
}

/** Refuses when anything was found; does nothing otherwise. */
export function refuseWhenFound(findings: Findings): void {
  const [first, ...others] = findings.listed;
  if (first !== undefined) throw new BundleRefused([first, ...others], findings.more);
}

// A report is read by people and stored with the publication: a value of a megabyte helps neither.
function shorten(value: string): string {
  return value.length > 200 ? `${value.slice(0, 200).replace(/[\uD800-\uDBFF]$/, '')}…` : value;
}

// What is quoted comes from a file that nobody vouches for, and goes to terminals, logs and PostgreSQL: a control
// character would act there (NUL makes jsonb fail), and half a surrogate pair is no Unicode.
function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
