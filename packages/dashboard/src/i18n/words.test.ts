import { expect, it } from 'vitest';
import { en } from './en.ts';
import { fr } from './fr.ts';

type Tree = { readonly [key: string]: string | Tree };

function leaves(tree: Tree, path = ''): readonly (readonly [string, string])[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as const] : leaves(value, `${path}${key}.`),
  );
}

function slots(text: string): readonly string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').sort();
}

it('says the same in both languages, with the same slots', () => {
  const english = new Map(leaves(en));
  const french = new Map(leaves(fr));
  expect([...french.keys()].sort()).toEqual([...english.keys()].sort());
  for (const [key, text] of english) expect(slots(french.get(key) ?? ''), key).toEqual(slots(text));
});

it('uses the typography of French: no straight apostrophe, a space before double signs', () => {
  for (const [key, text] of leaves(fr)) {
    expect(text, key).not.toMatch(/'/);
    expect(text.replace(/\{\{\w+\}\}/g, ''), key).not.toMatch(/[^\s ][;!?»]|[^\s :]:(?!\/)/);
  }
});
