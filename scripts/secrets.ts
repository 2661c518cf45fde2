import { createHash } from 'node:crypto';

/** A kind of secret and how it looks. Each pattern asks for the secret itself, not for words about one. */
interface SecretKind {
  readonly kind: string;
  readonly pattern: RegExp;
}

const BASE64URL = '[A-Za-z0-9_-]';

export const SECRET_KINDS: readonly SecretKind[] = [
  { kind: 'private key (PEM)', pattern: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----[\s\\nr"'+]*[A-Za-z0-9+/=]{24,}/g },
  // RFC 8037 and RFC 7518: the member `d` is what makes a JWK private; `k` is that of a symmetric one.
  { kind: 'private JWK', pattern: new RegExp(`["']?\\b[dk]\\b["']?\\s*:\\s*["']${BASE64URL}{42,}={0,2}["']`, 'g') },
  {
    kind: 'signed token (JWT)',
    pattern: new RegExp(`\\beyJ${BASE64URL}{10,}\\.eyJ${BASE64URL}{10,}\\.${BASE64URL}{40,}`, 'g'),
  },
  { kind: 'webhook secret', pattern: /\bwhsec_[A-Za-z0-9+/]{24,}={0,2}/g },
  { kind: 'AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { kind: 'AWS secret key', pattern: /\baws_?secret_?(?:access_?)?key\b["']?\s*[:=]\s*["']?[A-Za-z0-9/+]{40}\b/gi },
  { kind: 'Azure storage key', pattern: /\bAccountKey=[A-Za-z0-9+/]{86}==/g },
  { kind: 'Google API key', pattern: /\bAIza[A-Za-z0-9_-]{35}\b/g },
  { kind: 'GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})/g },
  { kind: 'GitLab token', pattern: /\bglpat-[A-Za-z0-9_-]{20,}/g },
  { kind: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { kind: 'Slack token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{20,}/g },
  { kind: 'Stripe key', pattern: /\b[rs]k_live_[A-Za-z0-9]{20,}/g },
  {
    kind: 'address with a password',
    pattern:
      /\b(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqps?|https?):\/\/[^\s:/@"'`$<>{}]+:[^\s:/@"'`$<>{}]{6,}@[^\s"'`]+/g,
  },
];

export interface Finding {
  readonly kind: string;
  /** Where: a path, or a path and the object of the history that held it. */
  readonly place: string;
  readonly line: number;
  /** The first signs, enough to find it and too few to use it. */
  readonly shown: string;
  /** What `allowed` names it by. */
  readonly sha256: string;
}

/**
 * Secrets in a text.
 *
 * @param allowed digests of what looks like a secret and is none, e.g. a key of an RFC
 */
export function secretsIn(place: string, text: string, allowed: ReadonlySet<string> = new Set()): Finding[] {
  const found: Finding[] = [];
  for (const { kind, pattern } of SECRET_KINDS) {
    for (const match of text.matchAll(pattern)) {
      const sha256 = createHash('sha256').update(match[0]).digest('hex');
      if (allowed.has(sha256)) continue;
      const line = text.slice(0, match.index).split('\n').length;
      found.push({ kind, place, line, shown: `${match[0].slice(0, 12)}…`, sha256 });
    }
  }
  return found;
}
