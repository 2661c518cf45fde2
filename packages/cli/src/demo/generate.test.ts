import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDecimals, equalDecimals } from '../terminal/decimals.ts';
import { type GeneratedFile, type GeneratedInput, generateInput } from './generate.ts';

let dir: string;
let input: GeneratedInput;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'prorata-generate-'));
  input = await generateInput({ dir });
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function textOf(file: GeneratedFile): Promise<string> {
  const bytes = await readFile(file.path);
  return (file.path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

function fileOf(entity: string, month: string): GeneratedFile {
  const file = input.files.find((candidate) => candidate.entity === entity && candidate.month === month);
  if (file === undefined) throw new Error(`no file of ${entity} ${month}`);
  return file;
}

/** A reader of RFC 4180, independent of what wrote the file. */
function rowsOf(text: string): Record<string, string>[] {
  const lines = text
    .replace(/^\ufeff/, '')
    .trimEnd()
    .split('\n');
  const split = (line: string): string[] =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      (match) => match[1]?.replaceAll('""', '"') ?? match[2] ?? '',
    );
  const [head = [], ...rest] = lines.map(split);
  return rest.map((cells) => Object.fromEntries(head.map((name, index) => [name, cells[index] ?? ''])));
}

/** Takes the exponent out of 1.25E-5 by moving the point. */
function plain(value: string): string {
  const [digits = '', exponent] = value.split('E-');
  if (exponent === undefined) return value;
  const [whole = '', fraction = ''] = digits.replace('-', '').split('.');
  return `${digits.startsWith('-') ? '-' : ''}0.${'0'.repeat(Number(exponent) - 1)}${whole}${fraction}`;
}

describe('the sample input', () => {
  it('is the same to the byte, whatever part of it is asked for', async () => {
    const other = join(dir, 'again');
    const part = await generateInput({ dir: other, entities: ['GB03'], months: ['2025-09'] });
    expect(part.files).toHaveLength(1);
    const digest = async (path: string) =>
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
    expect(await digest(part.files[0]?.path ?? '')).toBe(await digest(fileOf('GB03', '2025-09').path));
    expect(await digest(part.rates)).toBe(await digest(input.rates));
  });

  it('has four entities in three currencies, twelve months each and 300 to 600 rows a file', () => {
    expect(input.files).toHaveLength(48);
    expect(new Set(input.files.map(({ currency }) => currency)).size).toBe(3);
    for (const file of input.files) {
      expect(file.rows, file.path).toBeGreaterThan(300);
      expect(file.rows, file.path).toBeLessThan(600);
    }
  });

  it('says the exact totals of each file, which differ between billed and effective', async () => {
    for (const file of input.files) {
      const rows = rowsOf(await textOf(file));
      expect(rows).toHaveLength(file.rows);
      for (const [column, total] of [
        ['BilledCost', file.billed_cost],
        ['EffectiveCost', file.effective_cost],
      ] as const) {
        expect(equalDecimals(addDecimals(rows.map((row) => plain(row[column] ?? ''))), total), file.path).toBe(true);
      }
      expect(equalDecimals(file.billed_cost, file.effective_cost), file.path).toBe(false);
    }
  });

  it.each(['FR01', 'DE02', 'GB03', 'CH05'])('has every kind of charge in the bills of %s', async (entity) => {
    const rows = rowsOf(await textOf(fileOf(entity, '2025-09')));
    const categories = new Set(rows.map((row) => row.ChargeCategory));
    expect([...categories].sort()).toEqual(['Adjustment', 'Credit', 'Purchase', 'Tax', 'Usage']);
    const corrections = rows.filter((row) => row.ChargeClass === 'Correction');
    expect(corrections.length).toBeGreaterThan(0);
    for (const row of corrections) expect(row.ChargePeriodStart?.slice(0, 7)).toBe('2025-08');
    expect(rows.some((row) => row.CommitmentDiscountStatus === 'Unused' && Number(row.BilledCost) === 0)).toBe(true);
    const used = rows.filter((row) => row.CommitmentDiscountStatus === 'Used');
    expect(used.some((row) => Number(row.EffectiveCost) > 0)).toBe(true);
    for (const row of used) expect(Number(row.BilledCost)).toBe(0);
    for (const row of rows.filter(({ ChargeCategory }) => ChargeCategory === 'Purchase')) {
      expect(Number(row.EffectiveCost)).toBe(0);
      expect(Number(row.BilledCost)).toBeGreaterThan(0);
    }
    expect(rows.some((row) => row.Tags?.includes('"shared":"true"'))).toBe(true);
    const usage = rows.filter((row) => row.ChargeCategory === 'Usage');
    const untagged = usage.filter((row) => !row.Tags?.includes('pplication'));
    expect(untagged.length / usage.length).toBeGreaterThan(0.03);
    expect(untagged.length / usage.length).toBeLessThan(0.25);
  });

  it('writes each entity in a dialect of its own', async () => {
    const [plainText, words, offsets, minutes] = await Promise.all(
      ['FR01', 'DE02', 'GB03', 'CH05'].map((entity) => textOf(fileOf(entity, '2025-07'))),
    );
    expect(plainText).toContain(',2025-07-01T00:00:00Z,');
    expect(words).toContain(',2025-07-01 00:00:00,');
    expect(words).toContain(',NULL,');
    expect(words?.split('\n')[0]).toContain(',Id,ServiceName,x_CostOwner,');
    expect(offsets?.startsWith('\ufeff')).toBe(true);
    expect(offsets).toContain(',2025-07-01T01:00:00.000+01:00,');
    expect(minutes).toContain(',2025-07-01T00:00Z,');
    expect(minutes).toContain('(null)');
    expect(minutes).toMatch(/^-?[0-9.]+E-\d+,/m);
    expect(minutes?.split('\n')[0]).toContain('SkuPriceid');
  });

  it('packs one file, restates one month and leaves the others as they were', async () => {
    expect(input.files.filter(({ path }) => path.endsWith('.gz')).map(({ month }) => month)).toEqual(['2025-06']);
    const [restated] = input.restated;
    expect(restated).toMatchObject({ entity: 'DE02', month: '2025-08' });
    const before = fileOf('DE02', '2025-08');
    expect(restated?.rows).toBe(before.rows);
    expect(Number(restated?.effective_cost)).toBeLessThan(Number(before.effective_cost));
  });

  it('has rates for every TARGET day of 2025 in the shape of the ECB file', async () => {
    const [head, ...lines] = (await readFile(input.rates, 'utf8')).trimEnd().split('\n');
    expect(head).toBe('Date,USD,JPY,GBP,SEK,CHF,HRK,');
    expect(lines.filter((line) => line.startsWith('2025-'))).toHaveLength(255);
    expect(lines[0]?.startsWith('2026-01-')).toBe(true);
    for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\d(,\d+\.\d+){5},N\/A,$/);
    expect(lines).toEqual([...lines].sort().reverse());
  });
});

describe('the sample books', () => {
  it('balance entry by entry, and differ from the bills by what was planted, to the cent', async () => {
    const path = input.books.get('FR01');
    if (path === undefined) throw new Error('FR01 has no books');
    const [head = '', ...lines] = (await readFile(path, 'utf8')).trimEnd().split('\r\n');
    const names = head.split('\t');
    expect(names).toHaveLength(18);
    const rows = lines.map((line) => Object.fromEntries(line.split('\t').map((cell, index) => [names[index], cell])));
    const cents = (cell: string | undefined) => BigInt((cell ?? '').replace(',', ''));
    const sides = new Map<string, bigint>();
    for (const row of rows) {
      const number = row.EcritureNum ?? '';
      sides.set(number, (sides.get(number) ?? 0n) + cents(row.Debit) - cents(row.Credit));
    }
    expect([...sides.values()].filter((balance) => balance !== 0n)).toEqual([]);
    const owed = rows.reduce((sum, row) => sum + cents(row.Credit), 0n);
    const billed = input.files.filter((file) => file.entity === 'FR01').map((file) => file.billed_cost);
    const december = rowsOf(await textOf(fileOf('FR01', '2025-12')));
    const second = [...new Set(december.map((row) => row.ProviderName ?? ''))].sort()[1];
    const missing = december.filter((row) => row.ProviderName === second).map((row) => plain(row.BilledCost ?? '0'));
    const booked = `${owed / 100n}.${String(owed % 100n).padStart(2, '0')}`;
    expect(equalDecimals(addDecimals(billed), addDecimals([booked, '120.00', ...missing]))).toBe(true);
  });
});
