import { beforeAll, describe, expect, test } from 'vitest';
import { verifyBundle } from '../reading/verify-bundle.ts';
import { productsOf, type SampleBundle, sampleBundle, sampleFacts } from '../testing/index.ts';
import { keptText } from './copy-text.ts';

async function* chunks(made: string[]) {
  for (const text of ['ab', 'cd', 'e']) {
    made.push(text);
    yield Buffer.from(text);
  }
}
const textOf = async (source: AsyncIterable<Uint8Array>) => Buffer.concat(await Array.fromAsync(source)).toString();

describe('keptText', () => {
  test('makes the text once', async () => {
    const made: string[] = [];
    const text = keptText(() => chunks(made), 5);
    expect([await textOf(text()), await textOf(text())]).toEqual(['abcde', 'abcde']);
    expect(made).toHaveLength(3);
  });

  test('makes it again when it is too long to keep, or was not read to its end', async () => {
    const made: string[] = [];
    const long = keptText(() => chunks(made), 4);
    expect([await textOf(long()), await textOf(long())]).toEqual(['abcde', 'abcde']);
    expect(made).toHaveLength(6);
    const broken = keptText(() => chunks(made));
    for await (const _ of broken()) break;
    expect(await textOf(broken())).toBe('abcde');
  });
});

describe('copyText', () => {
  let sample: SampleBundle;
  beforeAll(async () => {
    sample = await sampleBundle();
  });

  test('is the same before and after a digest, with and without a prefix', async () => {
    await using bundle = await verifyBundle(sample.bytes, sample.trust);
    const before = await textOf(bundle.copyText());
    expect(await bundle.contentDigest()).toBe(sample.contentDigest);
    expect(await textOf(bundle.copyText())).toBe(before);
    const prefixed = (await textOf(bundle.copyText({ prefix: ['t', 'p'] }))).split('\n');
    expect(prefixed.map((line) => line.replace(/^t\tp\t/, ''))).toEqual(before.split('\n'));
    const unsorted = (await textOf(bundle.copyText({ order: 'file' }))).split('\n');
    expect(unsorted.sort()).toEqual(before.split('\n').sort());
  });

  test('a prefix that would break the text is refused', async () => {
    await using bundle = await verifyBundle(sample.bytes, sample.trust);
    expect(() => bundle.copyText({ prefix: ['a\tb'] })).toThrow(RangeError);
  });

  // Last in the order of the grain, with the mark and without.
  test('a code that begins with a byte order mark is another one in the digest, in every table', async () => {
    const digestOf = async (mark: string) => {
      const products = [...productsOf(sampleFacts()), { product_id: `${mark}zip`, label: 'Disk', reference_id: null }];
      return (await sampleBundle({ products })).contentDigest;
    };
    expect(await digestOf('\ufeff')).not.toBe(await digestOf(''));
  });
});
