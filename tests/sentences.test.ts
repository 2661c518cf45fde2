import { glob, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { INTAKE_SENTENCES } from '../packages/group/src/intake/sentences.fr.ts';
import { GROUP_SENTENCES } from '../packages/group/src/sentences.fr.ts';
import { PLATFORM_SENTENCES } from '../packages/platform/src/i18n/sentences.fr.ts';

const PACKAGES = new URL('../packages/', import.meta.url);
const SENTENCES = [...PLATFORM_SENTENCES, ...GROUP_SENTENCES, ...INTAKE_SENTENCES];
/** What Ajv says of a value; its words are its own. */
const OF_AJV = /^must (be|NOT have|match)/;

/** What the code says: its sources in one, without the breaks and escapes of its texts. */
async function saidByTheCode(): Promise<string> {
  const texts: string[] = [];
  for await (const file of glob('{platform,group,contract}/src/**/*.ts', { cwd: PACKAGES })) {
    if (/\.test\.ts$|\.fr\.ts$/.test(file)) continue;
    texts.push(await readFile(new URL(file, PACKAGES), 'utf8'));
  }
  return texts.join('\n').replaceAll('\\', '').toLowerCase();
}

it('knows in French only what the code says in English: words that changed there have to change here', async () => {
  const said = await saidByTheCode();
  const pieces = SENTENCES.filter(([english]) => !OF_AJV.test(english)).flatMap(([english]) =>
    english
      .split(/\{[.*~]?\}|; | \(and | more\)/)
      .map((piece) => piece.trim().replace(/^: |"$|^"/g, ''))
      .filter((piece) => piece.length > 3)
      .map((piece) => ({ english, piece })),
  );
  expect(pieces.length).toBeGreaterThan(100);
  expect(pieces.filter(({ piece }) => !said.includes(piece.toLowerCase()))).toEqual([]);
});

it('follows the typography of French, and says nothing twice', () => {
  for (const [english, french] of SENTENCES) {
    const prose = french.replace(/« [^»]+ »/g, 'x');
    expect(prose, english).not.toMatch(/'|[^\s ][;!?»]|«[^\s ]|[^\s ]:(?!\d)/);
  }
  const english = SENTENCES.map(([sentence]) => sentence);
  expect(english.filter((sentence, index) => english.indexOf(sentence) !== index)).toEqual([]);
});
