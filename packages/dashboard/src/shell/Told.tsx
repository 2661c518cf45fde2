import type { Said } from '../i18n/refusals.ts';

/** A text in its own language. */
export function Told({ said }: { readonly said: Said }) {
  return said.lang === undefined ? said.text : <span lang={said.lang}>{said.text}</span>;
}
