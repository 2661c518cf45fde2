import { approximate, parseRational } from '@prorata/allocation';
import { UNALLOCATED } from '../mapping/apply.ts';
import { fold } from '../mapping/fold.ts';
import { firstDayOf } from '../months.ts';
import type { EntityNode } from '../node/entity.ts';
import { INDIRECT_OF_APPLICATION } from './reports.sql.ts';

/** An application's part of one pool, with everything that it was computed from. Decimal texts. */
export interface ExplainedPart {
  readonly pool: string;
  readonly product_id: string;
  readonly domain_id: string;
  readonly environment: string;
  readonly currency: string;
  readonly warning: string | null;
  readonly pool_effective: string;
  readonly pool_billed: string;
  readonly total_weight: string;
  /** Null where the application has no direct cost in the currency. */
  readonly weight: string | null;
  readonly direct_cost: string | null;
  readonly clamped: boolean;
  /** Null where the application got nothing. */
  readonly quantity: string | null;
  readonly cost_effective: string | null;
  readonly cost_billed: string | null;
  readonly words: string;
}

export interface Explanation {
  readonly period_month: string;
  readonly application: string;
  readonly parts: readonly ExplainedPart[];
}

export type Language = 'en' | 'fr';

/**
 * Why an application bears what it bears of the shared costs: pool, weight, total of the weights, share, amount.
 *
 * @param application its name or code, in any case
 */
export async function explainIndirect(
  entity: EntityNode,
  month: string,
  application: string,
  language: Language = 'en',
): Promise<Explanation> {
  const { tenantId, legalEntityId } = entity.scope;
  const code = application === UNALLOCATED ? UNALLOCATED : fold(application);
  const values = [tenantId, legalEntityId, firstDayOf(month), code];
  const parts = await entity.db.transaction(
    entity.scope,
    (tx) => tx.query<Omit<ExplainedPart, 'words'>>(INDIRECT_OF_APPLICATION, values),
    { readOnly: true },
  );
  return {
    period_month: month,
    application: code,
    parts: parts.map((part) => ({ ...part, words: inWords(code, part, language) })),
  };
}

function inWords(application: string, part: Omit<ExplainedPart, 'words'>, language: Language): string {
  const { currency, direct_cost, total_weight, weight } = part;
  const french = language === 'fr';
  const place = `${part.domain_id}, ${part.environment}, ${currency}`;
  const pool = french
    ? `Le pool ${part.pool} (${place}) vaut ${part.pool_effective} ${currency} (coût effectif).`
    : `The pool ${part.pool} (${place}) holds ${part.pool_effective} ${currency} of effective cost.`;
  if (part.warning !== null) {
    return french
      ? `${pool} Aucune application n’a de coût direct positif : il reste sur ${UNALLOCATED}.`
      : `${pool} No application has a direct cost above zero: it stays on ${UNALLOCATED}.`;
  }
  if (part.quantity === null || weight === null) {
    const none = french ? `${application} n’en reçoit rien` : `${application} gets nothing of it`;
    if (!part.clamped) return `${pool} ${none}${french ? ' : aucun coût direct.' : ': it has no direct cost.'}`;
    return french
      ? `${pool} ${none} : son coût direct est ${direct_cost} ${currency}, donc son poids est 0.`
      : `${pool} ${none}: its direct cost is ${direct_cost} ${currency}, so it weighs 0.`;
  }
  const { numerator, denominator } = quotient(weight, total_weight);
  const percent = approximate({ numerator: numerator * 100n, denominator }, 4);
  return french
    ? `${pool} Poids de ${application} : son coût direct ${weight} ${currency} sur ${total_weight} ${currency} en tout, soit ${percent} % ; sa part est ${part.cost_effective} ${currency}.`
    : `${pool} ${application} weighs its direct cost of ${weight} ${currency} out of ${total_weight} ${currency}, which is ${percent} %; its part is ${part.cost_effective} ${currency}.`;
}

function quotient(weight: string, total: string): { readonly numerator: bigint; readonly denominator: bigint } {
  const [one, all] = [parseRational(weight), parseRational(total)];
  return { numerator: one.numerator * all.denominator, denominator: one.denominator * all.numerator };
}
