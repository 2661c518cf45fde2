import { approximate, parseRational } from '@prorata/allocation';
import { UNALLOCATED } from '../mapping/apply.ts';
import type { ExplainedPart } from './explained-part.ts';

export type Language = 'en' | 'fr';

type Part = Omit<ExplainedPart, 'words'>;

/** A part in a few sentences: what was spread, what came and went between pools, by which rule, with which weight, how much. */
export function partInWords(application: string, part: Part, language: Language): string {
  const french = language === 'fr';
  const sentences = [held(part, french), ...between(part, french), ...ruled(part, french)];
  return [...sentences, borne(application, part, french)].join(' ');
}

function held(part: Part, french: boolean): string {
  const { currency, pool } = part;
  const place = `${part.domain_id}, ${part.environment}, ${currency}${part.tax ? (french ? ', taxe' : ', tax') : ''}`;
  if (part.source_kind === 'PRODUCT') {
    return french
      ? `Le produit ${pool} (${place}) est réparti ; son prix est le montant entier.`
      : `The product ${pool} (${place}) is spread; its price is the whole amount.`;
  }
  const [amount, kind] = part.pool_effective === null ? [part.pool_standard ?? '0', 1] : [part.pool_effective, 0];
  const words = french ? ['coût effectif', 'coût standard'] : ['effective cost', 'standard cost'];
  const chosen = part.source_kind === 'FACTS';
  return french
    ? `${chosen ? 'Les faits choisis par la règle' : 'Le pool'} ${pool} (${place}) ${chosen ? 'valent' : 'vaut'} ${amount} ${currency} (${words[kind]}).`
    : `The ${chosen ? 'facts chosen by the rule' : 'pool'} ${pool} (${place}) ${chosen ? 'hold' : 'holds'} ${amount} ${currency} of ${words[kind]}.`;
}

function between(part: Part, french: boolean): string[] {
  return part.flows.map((flow) => {
    const money = `${flow.cost_effective} ${part.currency}`;
    if (flow.to_pool === part.pool) {
      return french
        ? `Il a reçu ${money} du pool ${flow.from_pool}.`
        : `It received ${money} from the pool ${flow.from_pool}.`;
    }
    return french ? `Il a passé ${money} au pool ${flow.to_pool}.` : `It passed ${money} to the pool ${flow.to_pool}.`;
  });
}

/** The default rule goes without saying. */
function ruled({ rule_code, rule_version }: Part, french: boolean): string[] {
  if (rule_version === null) return [];
  return [french ? `Règle ${rule_code}, version ${rule_version}.` : `Rule ${rule_code}, version ${rule_version}.`];
}

function borne(application: string, part: Part, french: boolean): string {
  const { currency, total_weight, weight } = part;
  if (part.warning !== null) return keptBy(part, french);
  if (part.quantity === null || weight === null) return nothing(application, part, french);
  const { numerator, denominator } = quotient(weight, total_weight);
  const percent = approximate({ numerator: numerator * 100n, denominator }, 4);
  const base = baseInWords(part, french);
  const unit = part.base.method === 'direct_cost' ? ` ${currency}` : '';
  const amount = part.cost_effective ?? part.cost_standard;
  const rounded = part.rounding !== null && part.rounding.rounding !== '0';
  if (french) {
    const gets = amount === null ? `sa part est ${part.quantity}` : `sa part est ${amount} ${currency}`;
    const unitOfRounding = rounded ? `, dont ${part.rounding?.rounding} d’arrondi` : '';
    return `Poids de ${application} : ${base} ${weight}${unit} sur ${total_weight}${unit} en tout, soit ${percent} % ; ${gets}${unitOfRounding}.`;
  }
  const gets = amount === null ? `its part is ${part.quantity}` : `its part is ${amount} ${currency}`;
  const unitOfRounding = rounded ? `, ${part.rounding?.rounding} of it from rounding` : '';
  return `${application} weighs ${base} ${weight}${unit} out of ${total_weight}${unit}, which is ${percent} %; ${gets}${unitOfRounding}.`;
}

function baseInWords({ base }: Part, french: boolean): string {
  switch (base.method) {
    case 'driver':
      return french ? `${base.driver} (${base.month})` : `its ${base.driver} of ${base.month}, which is`;
    case 'coefficient':
      return french ? `coefficient ${base.coefficient} (${base.month})` : `its coefficient ${base.coefficient},`;
    case 'fixed':
      return french ? 'le poids de la règle' : 'what the rule says,';
    case 'even':
      return french ? 'autant que chacune' : 'as much as any other,';
    default:
      return french ? 'son coût direct' : 'its direct cost of';
  }
}

function keptBy({ base, fallback }: Part, french: boolean): string {
  const stays = fallback === UNALLOCATED;
  if (french) {
    const nobody = base.method === 'direct_cost' ? 'n’a de coût direct positif' : 'n’a de poids';
    return `Aucune application ${nobody} : il ${stays ? 'reste sur' : 'va à'} ${fallback}.`;
  }
  const nobody = base.method === 'direct_cost' ? 'has a direct cost above zero' : 'has a weight';
  return `No application ${nobody}: it ${stays ? 'stays on' : 'goes to'} ${fallback}.`;
}

function nothing(application: string, part: Part, french: boolean): string {
  const none = french ? `${application} n’en reçoit rien` : `${application} gets nothing of it`;
  if (!part.clamped) return french ? `${none} : aucun poids.` : `${none}: it weighs nothing.`;
  return french
    ? `${none} : son coût direct est ${part.direct_cost} ${part.currency}, donc son poids est 0.`
    : `${none}: its direct cost is ${part.direct_cost} ${part.currency}, so it weighs 0.`;
}

function quotient(weight: string, total: string): { readonly numerator: bigint; readonly denominator: bigint } {
  const [one, all] = [parseRational(weight), parseRational(total)];
  return { numerator: one.numerator * all.denominator, denominator: one.denominator * all.numerator };
}
