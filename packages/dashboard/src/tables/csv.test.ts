import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCell, csvName, csvText } from './csv.ts';

/** Reads one line of CSV the way a spreadsheet does. */
function parse(line: string): string[] {
  const cells = line.replace(/\r\n$/, '').matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g);
  return [...cells].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

describe('the CSV of a table', () => {
  it('keeps exact digits, and leaves empty what is missing', () => {
    const columns = [
      { header: 'Entity', value: ({ name }: { name: string }) => name },
      { header: 'Cost, EUR', value: () => '-12345678901234567890.123456789012345678' },
      { header: 'Change', value: () => null },
    ];
    expect(csvText(columns, [{ name: 'Say "hi", FR' }])).toBe(
      'Entity,"Cost, EUR",Change\r\n"Say ""hi"", FR",-12345678901234567890.123456789012345678,\r\n',
    );
  });

  it.each(['=1+1', '+1', '@SUM(A1)', '-1+1', '\t=1', ' =cmd|x', '-'])('does not let a spreadsheet run %j', (text) => {
    expect(parse(csvCell(text))).toEqual([`'${text}`]);
  });

  it('gives back every name as it was, or as a text that is no formula', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1, maxLength: 5 }), (names) => {
        const columns = names.map((name) => ({ header: 'x', value: () => name }));
        const [, line = ''] = csvText(columns, [{}]).split(/^(?:x,)*x\r\n/);
        const cells = parse(line);
        expect(cells.map((cell, at) => (cell === `'${names[at]}` ? names[at] : cell))).toEqual(names);
        for (const cell of cells) expect(cell).not.toMatch(/^[=+@]/);
      }),
    );
  });
});

it('names the file after the table', () => {
  expect(csvName('Coût par mois, été 2025')).toBe('coût-par-mois-été-2025.csv');
  expect(csvName('× / ×')).toBe('prorata.csv');
});
