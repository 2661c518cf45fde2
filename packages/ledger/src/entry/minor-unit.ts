/** ISO 4217, list one: currencies whose minor unit is not the hundredth. */
const DECIMALS: ReadonlyMap<string, number> = new Map([
  ...[...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ')].map(
    (code) => [code, 0] as const,
  ),
  ...[...'BHD IQD JOD KWD LYD OMR TND'.split(' ')].map((code) => [code, 3] as const),
  ['CLF', 4],
  ['UYW', 4],
]);

/** Decimals of a currency's minor unit: the scale to which the ledger's amounts are split. */
export function minorUnit(currency: string): number {
  return DECIMALS.get(currency) ?? 2;
}
