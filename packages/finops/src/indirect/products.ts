import { boundedCode } from '../mapping/fold.ts';

/** The product that carries what a rule spreads of facts that it chose: one a domain, because a product has one domain. */
export function ruleProduct(rule: string, domain: string): string {
  return boundedCode(`SPREAD:${rule}:${domain}`);
}
