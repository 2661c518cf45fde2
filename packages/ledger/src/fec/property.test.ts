import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from '@prorata/platform';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatAmount, readAmount } from '../entry/amount.ts';
import { fecEntries, readFec } from './read-fec.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'prorata-fec-random-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const UNIT = 10n ** 18n;
const LETTERS = [...'abcdefghij KLMNOP0123456789éèœ€-/.'];
const text = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 20 }).map((value) => value.trim());
const code = fc.string({ unit: fc.constantFrom(...'ABC123'), minLength: 1, maxLength: 3 });
const day = fc
  .date({ min: new Date('2024-01-01T00:00:00Z'), max: new Date('2024-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
/** Units of 10⁻¹⁸ from cents to the finest, never zero so that each line has a side. */
const amount = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.constantFrom(16n, 16n, 16n, 15n, 0n))
  .map(([digits, zeros]) => digits * 10n ** zeros);

interface Line {
  readonly account: string;
  readonly label: string;
  readonly debit: bigint;
  readonly credit: bigint;
}
interface Entry {
  readonly journal: string;
  readonly number: string;
  readonly date: string;
  readonly document: string;
  readonly draft: boolean;
  readonly lines: readonly Line[];
}

const entry: fc.Arbitrary<Omit<Entry, 'number'>> = fc
  .record({
    journal: code,
    date: day,
    document: code,
    draft: fc.boolean(),
    parts: fc.array(fc.tuple(amount, fc.integer({ min: 100_000, max: 799_999 }), text), { minLength: 1, maxLength: 5 }),
  })
  .map(({ parts, ...head }) => ({
    ...head,
    lines: [
      ...parts.map(([debit, account, label]) => ({ account: `${account}`, label, debit, credit: 0n })),
      { account: '401000', label: '', debit: 0n, credit: parts.reduce((sum, [debit]) => sum + debit, 0n) },
    ],
  }));

const dialect = fc.record({
  separator: fc.constantFrom('\t', '|'),
  ending: fc.constantFrom('\n', '\r\n', '\r'),
  comma: fc.boolean(),
  sides: fc.constantFrom('DEBIT_CREDIT', 'D_C', 'SIGNS'),
  encoding: fc.constantFrom('utf-8', 'utf-8-mark', 'iso-8859-15'),
  padding: fc.constantFrom('', ' ', '   '),
  trailing: fc.constantFrom('', '@'),
  numbered: fc.boolean(),
  shuffled: fc.boolean(),
});
type Dialect = Parameters<Parameters<typeof dialect.map>[0]>[0];

function amountText(units: bigint, { comma }: Dialect): string {
  const shortest = (units % UNIT).toString().padStart(18, '0').replace(/0+$/, '').padEnd(2, '0');
  // Three digits behind a point may be a group, where nothing else in the file says that they are decimals.
  const decimals = comma || shortest.length !== 3 ? shortest : `${shortest}0`;
  return `${units / UNIT}${comma ? ',' : '.'}${decimals}`;
}

function rows(entries: readonly Entry[], form: Dialect): string[][] {
  return entries.flatMap((one) =>
    one.lines.map((line) => {
      const debit = line.debit !== 0n;
      const amounts =
        form.sides === 'DEBIT_CREDIT'
          ? [amountText(line.debit, form), amountText(line.credit, form)]
          : [
              amountText(line.debit + line.credit, form),
              form.sides === 'D_C' ? (debit ? 'D' : 'C') : debit ? '+1' : '-1',
            ];
      const date = one.date.replaceAll('-', '');
      const valid = one.draft ? '' : date;
      const number = form.numbered ? one.number : '';
      return [
        one.journal,
        '',
        number,
        date,
        line.account,
        '',
        '',
        '',
        one.document,
        date,
        line.label,
        ...amounts,
        '',
        '',
        valid,
        '',
        '',
      ];
    }),
  );
}

function encode(content: string, encoding: string): Buffer {
  if (encoding === 'utf-8') return Buffer.from(content);
  if (encoding === 'utf-8-mark') return Buffer.from(`\ufeff${content}`);
  return Buffer.from(content.replaceAll('€', '\xa4').replaceAll('œ', '\xbd'), 'latin1');
}

const HEADER =
  'JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate EcritureLib';

function fileOf(entries: readonly Entry[], form: Dialect, order: (rows: string[][]) => string[][]): Buffer {
  const amounts = form.sides === 'DEBIT_CREDIT' ? ['Debit', 'Credit'] : ['Montant', 'Sens'];
  const header = [...HEADER.split(' '), ...amounts, 'EcritureLet', 'DateLet', 'ValidDate', 'Montantdevise', 'Idevise'];
  const lines = [header, ...order(rows(entries, form))].map(
    (values) =>
      values.map((value) => `${form.padding}${value}${form.padding}`).join(form.separator) +
      form.trailing.replace('@', form.separator),
  );
  return encode(lines.join(form.ending) + form.ending, form.encoding);
}

/** Stable: lines of one entry keep their order, entries are cut into each other. */
function interleave(lines: string[][]): string[][] {
  return [...lines.filter((_line, index) => index % 3 === 1), ...lines.filter((_line, index) => index % 3 !== 1)];
}

describe('a random ledger in a random dialect', () => {
  it('is read back entry by entry, exactly', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 12 }), dialect, async (drawn, form) => {
        // Without numbers, one document is one entry: the rule has nothing else to go by.
        const entries = drawn.map((one, index) => ({
          ...one,
          number: `${index + 1}`,
          document: `${one.document}-${index}`,
        }));
        run += 1;
        const path = join(dir, `${run}.txt`);
        await writeFile(path, fileOf(entries, form, form.shuffled && form.numbered ? interleave : (all) => all));
        const reading = await readFec(path);
        expect(reading.refusedLines.items).toEqual([]);
        expect(reading.refusedEntries.items).toEqual([]);
        const found = await Array.fromAsync(fecEntries(reading));
        const byNumber = new Map(found.map(({ head, lines }) => [head.number, { head, lines }]));
        expect(found).toHaveLength(entries.length);
        for (const one of entries) {
          const read = byNumber.get(form.numbered ? one.number : `${one.document}#1`);
          expect(read?.head).toMatchObject({ journalCode: one.journal, date: one.date, draft: one.draft });
          const key = (line: Line) => `${line.account} ${line.label} ${line.debit} ${line.credit}`;
          expect(read?.lines.map(key).sort()).toEqual(one.lines.map(key).sort());
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is never half taken when it is damaged: each line is in, or its entry is out and balanced ones stay', async () => {
    let run = 0;
    const damage = fc.record({
      line: fc.nat(60),
      kind: fc.constantFrom('drop', 'double', 'cut', 'garble', 'separator'),
      at: fc.nat(120),
      byte: fc.nat(255),
    });
    const damaged = fc.array(damage, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 8 }), dialect, damaged, async (drawn, form, hits) => {
        const entries = drawn.map((one, index) => ({ ...one, number: `${index + 1}` }));
        const lines = fileOf(entries, form, (all) => all)
          .toString('latin1')
          .split(form.ending);
        for (const { line, kind, at, byte } of hits) {
          const index = 1 + (line % Math.max(1, lines.length - 1));
          const text = lines[index] ?? '';
          const place = at % (text.length + 1);
          if (kind === 'drop') lines.splice(index, 1);
          else if (kind === 'double') lines.splice(index, 0, text);
          else if (kind === 'cut') lines[index] = text.slice(0, place);
          else if (kind === 'garble')
            lines[index] = text.slice(0, place) + String.fromCharCode(byte) + text.slice(place + 1);
          else lines[index] = text.slice(0, place) + form.separator + text.slice(place);
        }
        run += 1;
        const path = join(dir, `damaged-${run}.txt`);
        await writeFile(path, Buffer.from(lines.join(form.ending), 'latin1'));
        let reading: Awaited<ReturnType<typeof readFec>>;
        try {
          reading = await readFec(path);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
          return;
        }
        const whole = await Array.fromAsync(fecEntries(reading));
        const taken = whole.reduce((sum, { lines: own }) => sum + own.length, 0);
        const refused = reading.entries.filter((head) => head.refused !== undefined);
        expect(taken + refused.reduce((sum, head) => sum + head.lines, 0)).toBe(reading.lineCount);
        for (const { head, lines: own } of whole) {
          expect(own).toHaveLength(head.lines);
          expect(own.reduce((sum, line) => sum + line.debit - line.credit, 0n)).toBe(0n);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('has amounts that are written and read without loss', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }), (units) => {
        expect(readAmount(formatAmount(units))).toEqual({ units });
      }),
    );
  });
});
