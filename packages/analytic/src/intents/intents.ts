import type { Language } from '@prorata/allocation';
import type { RequestContext } from '@prorata/platform';
import type { TSchema } from 'typebox';
import { BalanceQuery } from '../balance/balance.schema.ts';
import { PostingQuery, RunRequest } from '../postings/postings.schema.ts';
import { ANALYTIC_ROLES } from '../service/node.ts';
import { BASE } from '../service/routes.ts';
import { IdPath } from '../service/schema.ts';

const { reader, writer, admin } = ANALYTIC_ROLES;

/** Something that an assistant may ask of the service: a route, called with the token of the person who asked. */
interface Intent {
  readonly name: string;
  readonly description_i18n_key: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly roles: readonly string[];
  readonly input_schema: TSchema;
}

const intent = (name: string, method: 'GET' | 'POST', path: string, input: TSchema): Intent => ({
  name,
  description_i18n_key: `erp.analytic.intent.${name}.description`,
  method,
  path: `${BASE}${path}`,
  roles: method === 'GET' ? [reader, writer, admin] : [writer, admin],
  input_schema: input,
});

/** An intent has no way of its own to the data: it names a route, whose guard and row-level security decide (spec 03). */
export const INTENTS: readonly Intent[] = [
  intent('balance', 'GET', '/balance', BalanceQuery),
  intent('find_postings', 'GET', '/postings', PostingQuery),
  intent('explain_posting', 'GET', '/postings/{id}/explain', IdPath),
  intent('preview_allocation', 'POST', '/allocations/preview', RunRequest),
];

const DESCRIPTIONS: Readonly<Record<'fr' | 'en', Readonly<Record<string, string>>>> = {
  en: {
    balance: 'What an axis bears by dimension and month, and what of the ledger is not allocated',
    find_postings: 'Find postings by source entry, rule, month or dimension',
    explain_posting: 'Explain in words why each amount of a posting is what it is',
    preview_allocation: 'Show what a rule would give on an entry, storing nothing',
  },
  fr: {
    balance: "Ce que porte un axe par dimension et par mois, et ce que la comptabilité n'a pas ventilé",
    find_postings: 'Trouver les imputations par écriture, règle, mois ou dimension',
    explain_posting: "Expliquer en toutes lettres chaque montant d'une imputation",
    preview_allocation: "Montrer ce qu'une règle donnerait sur une écriture, sans rien enregistrer",
  },
};

/** The intents that the caller's roles allow, described in a language. */
export function intentsFor(context: RequestContext, language: Language) {
  return INTENTS.filter(({ roles }) => roles.some((role) => context.roles.includes(role))).map((one) => ({
    ...one,
    roles: [...one.roles],
    description: DESCRIPTIONS[language][one.name] ?? one.name,
  }));
}
