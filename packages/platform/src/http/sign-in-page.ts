import type { ToldWords } from '../i18n/told-problem.ts';
import type { Problem } from '../problem/problem.ts';

const AGAIN: Readonly<Record<string, string>> = { en: 'Sign in again', fr: 'Se reconnecter' };

/** A page without scripts or styles of its own: why the sign-in ended, and how to try again, in the words of the reader's language. */
export function signInPage({ detail, code }: Problem, told: ToldWords, again: string): string {
  const { title, next, language } = told;
  const lines = [
    `<h1>${text(title)}</h1>`,
    `<p lang="en">${text(detail)}</p>`,
    `<p>${text(next)}</p>`,
    `<p><code>${text(code)}</code></p>`,
  ];
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text(title)}</title>`;
  return `<!doctype html><html lang="${text(language)}"><head>${head}</head><body>${lines.join('')}<p><a href="${again}">${AGAIN[language] ?? AGAIN.en}</a></p></body></html>`;
}

function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
