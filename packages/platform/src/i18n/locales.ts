import type { RequestContext } from '../identity/context.ts';

const MOST_LANGUAGES = 10;

/**
 * The languages of a header `Accept-Language` (RFC 9110, section 12.5.4), the most wanted first; `*` and what is refused (`q=0`) are left
 * out, and what is no language is passed over.
 */
export function acceptedLanguages(header: string | undefined): string[] {
  const wanted = (header ?? '')
    .slice(0, 1000)
    .split(',')
    .flatMap((part, place) => {
      const [, tag, quality = '1'] =
        /^\s*([a-z]{1,8}(?:-[a-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/i.exec(part) ?? [];
      const weight = Number(quality);
      return tag === undefined || weight === 0 ? [] : [{ tag: normal(tag), weight, place }];
    });
  return wanted
    .sort((a, b) => b.weight - a.weight || a.place - b.place)
    .map(({ tag }) => tag)
    .slice(0, MOST_LANGUAGES);
}

/** `FR-ch` as `fr-CH`: the language small, a country large (BCP 47, section 2.1.1). */
function normal(tag: string): string {
  const [language = '', ...rest] = tag.split('-');
  return [language.toLowerCase(), ...rest.map((part) => (part.length === 2 ? part.toUpperCase() : part))].join('-');
}

/**
 * In which order texts are looked for: what the request asks for, the language of the token, the tenant's own (the first that it
 * supports); each followed by its language alone (`fr-CH`, `fr`).
 */
export function localeChain(
  header: string | undefined,
  context: Pick<RequestContext, 'locale' | 'supportedLocales'>,
): string[] {
  const asked = [...acceptedLanguages(header), context.locale, ...context.supportedLocales.slice(0, 1)];
  return [...new Set(asked.flatMap((tag) => [tag, tag.split('-')[0] ?? tag]))];
}
