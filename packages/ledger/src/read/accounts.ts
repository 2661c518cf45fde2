/** Accounts from `from` up to, and without, `below`, in byte order; `below` is null where there is no end. */
export interface AccountRange {
  readonly from: string;
  readonly below: string | null;
}

/** The accounts that begin with a prefix, as a range: an index serves it, and row-level security does not stand in its way as with LIKE. */
export function accountRange(prefix: string): AccountRange {
  for (let end = prefix.length; end > 0; end -= 1) {
    const last = prefix.charCodeAt(end - 1);
    // The next character of ASCII sorts next in the byte order of UTF-8 too; above it, whole prefixes are compared by their start.
    if (last < 0x7f) return { from: prefix, below: prefix.slice(0, end - 1) + String.fromCharCode(last + 1) };
  }
  return { from: prefix, below: null };
}
