import type { Problem } from '../problem/problem.ts';

/** A page without scripts or styles of its own: why the sign-in ended, and how to try again. */
export function signInPage(problem: Problem, again: string): string {
  const { title, detail, next, code } = problem;
  const lines = [
    `<h1>${text(title)}</h1>`,
    `<p>${text(detail)}</p>`,
    `<p>${text(next)}</p>`,
    `<p><code>${text(code)}</code></p>`,
  ];
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text(title)}</title>`;
  return `<!doctype html><html lang="en"><head>${head}</head><body>${lines.join('')}<p><a href="${again}">Sign in again</a></p></body></html>`;
}

function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
