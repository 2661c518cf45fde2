/**
 * Makes the French words of every package known: what a command prints may be the answer of another node, or the refusal of a library
 * that stands alone. Packages are loaded for it, so that only a refusal in French asks for it.
 */
export async function loadFrenchWords(): Promise<void> {
  await Promise.all([
    import('@prorata/analytic'),
    import('@prorata/finops'),
    import('@prorata/group'),
    import('@prorata/ledger'),
    import('../allocate/problems.ts'),
  ]);
}
