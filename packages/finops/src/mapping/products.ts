import { boundedCode, tidy } from './fold.ts';

/** Reserved code of the product that every tax is booked on, so that a report can leave it out. */
export const TAX = 'TAX';
/** The unit where there is none. */
export const NO_UNIT = 'none';
/** The unit of an indirect product: a part of a whole. */
export const SHARE = 'share';

/** What of a charge names its product, as it was imported. */
export interface ChargeService {
  readonly service_category: string;
  readonly service_name: string | null;
  readonly consumed_unit: string | null;
  readonly tax: boolean;
}

export interface ProductPlace {
  readonly product: string;
  readonly label: string;
  readonly unit: string;
  readonly domain: string;
  readonly family: string | null;
}

/** Where imported references say that a product belongs: they overrule the bill, and a rule may not contradict them. */
export type ProductHomes = ReadonlyMap<
  string,
  { readonly unit: string; readonly domain: string; readonly family: string | null }
>;

/**
 * Names the product of a charge: service category, service name and unit, joined by slashes that are escaped inside the
 * first two, so that different charges never share a code.
 */
export function compileProducts(
  document: { readonly domains?: Readonly<Record<string, string>> },
  homes: ProductHomes = new Map(),
): (service: ChargeService) => ProductPlace {
  const domains = new Map(Object.entries(document.domains ?? {}).map(([from, to]) => [tidy(from), tidy(to)]));
  return (service) => {
    const category = tidy(service.service_category) || 'Other';
    const domain = domains.get(category) ?? category;
    if (service.tax) return { product: TAX, label: TAX, unit: NO_UNIT, domain, family: null };
    const name = tidy(service.service_name ?? '') || NO_UNIT;
    const unit = tidy(service.consumed_unit ?? '') || NO_UNIT;
    const label = name === NO_UNIT ? category : `${name}${unit === NO_UNIT ? '' : ` (${unit})`}`;
    const product = boundedCode(`${escaped(category)}/${escaped(name)}/${unit}`);
    const home = homes.get(product);
    return { product, label, unit, domain: home?.domain ?? domain, family: home?.family ?? null };
  };
}

/** The product that carries what a pool gives to an application: one a domain, because a product has one domain. */
export function poolProduct(pool: string, domain: string): string {
  return boundedCode(`SHARED:${pool}:${domain}`);
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('/', '%2F');
}
