import { addProblemTitles } from '@prorata/platform';
import { SHELL_FRENCH } from '../problems.fr.ts';

/** Makes the French titles of every package known. Packages are loaded for it, so that only a refusal in French asks for it. */
export async function loadFrenchTitles(): Promise<void> {
  const [{ ANALYTIC_FRENCH }, { FINOPS_FRENCH }, { GROUP_FRENCH }, { LEDGER_FRENCH }] = await Promise.all([
    import('@prorata/analytic'),
    import('@prorata/finops'),
    import('@prorata/group'),
    import('@prorata/ledger'),
  ]);
  for (const own of [SHELL_FRENCH, ANALYTIC_FRENCH, LEDGER_FRENCH, FINOPS_FRENCH, GROUP_FRENCH]) {
    addProblemTitles('fr', own);
  }
}
