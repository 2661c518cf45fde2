import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PACKAGE = new URL('../', import.meta.url);
const readme = readFileSync(new URL('README.md', PACKAGE), 'utf8');
/** Code and the output that follows it. */
const examples = [...readme.matchAll(/```ts\n(.*?)```\n```text\n(.*?)```/gs)].map(([, code = '', output = '']) => ({
  code,
  output,
}));

describe('the examples of the README', () => {
  it('are three', () => {
    expect(examples).toHaveLength(3);
  });

  it.each(examples)('print what stands below them', ({ code, output }) => {
    const printed = execFileSync(process.execPath, ['--input-type=module-typescript', '--eval', code], {
      cwd: fileURLToPath(PACKAGE),
      encoding: 'utf8',
    });
    expect(printed).toBe(output);
  });
});
