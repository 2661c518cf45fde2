import { describe, expect, it } from 'vitest';
import { changedCosts, costsOf } from './changed-costs.ts';
import { money, reportTable, share, text } from './report.ts';
import { table } from './table.ts';

describe('table', () => {
  it('lines numbers up on the right and puts totals below a rule', () => {
    const shown = table(
      [{ title: 'Entity' }, { title: 'Cost', align: 'right' }],
      [
        ['FR01', '1,000.00'],
        ['Été', '7.50'],
      ],
      { footer: [['Total', '1,007.50']] },
    );
    expect(shown.split('\n')).toEqual([
      'Entity      Cost',
      '──────  ────────',
      'FR01    1,000.00',
      'Été         7.50',
      '──────  ────────',
      'Total   1,007.50',
    ]);
  });

  it('says how many rows it leaves out', () => {
    const rows = Array.from({ length: 5 }, (_, index) => [String(index)]);
    expect(table([{ title: 'n' }], rows, { most: 2 })).toContain('… and 3 more rows');
  });
});

describe('reportTable', () => {
  const fields = [
    text('entity', 'Entity', 'Entité'),
    money('cost', 'Cost', 'Coût', { total: true }),
    text('currency', 'Currency', 'Devise'),
    share('share', 'Share', 'Part'),
    text('absent', 'Absent'),
  ];

  it('adds up each currency on its own, exactly', () => {
    const rows = [
      { entity: 'FR01', cost: '0.1', currency: 'EUR', share: '0.25' },
      { entity: 'DE02', cost: '0.2', currency: 'EUR', share: null },
      { entity: 'GB03', cost: '5', currency: 'GBP', share: '0.5' },
    ];
    const shown = reportTable(rows, fields, 'en');
    expect(shown).not.toContain('Absent');
    expect(shown).toMatch(/^Total EUR +0\.30 +EUR/m);
    expect(shown).toMatch(/^Total GBP +5\.00 +GBP/m);
    expect(shown).toMatch(/^DE02 +0\.20 +EUR +–/m);
  });

  it('shows of a comparison the costs that differ, and no sum of what no row carries', () => {
    const costs = { cost_effective: null, cost_billed: '1', cost_standard: '5' };
    const facts = [
      { before: costs, after: { ...costs, cost_standard: '7' } },
      { before: null, after: { ...costs, cost_standard: null } },
    ];
    const shown = reportTable(facts.map(costsOf), changedCosts(facts), 'en');
    const [titles, , ...lines] = shown.split('\n').map((line) =>
      line
        .trim()
        .split(/ {2,}/)
        .map((cell) => cell.trim()),
    );
    expect(titles).toEqual(['Billed before', 'after', 'Standard before', 'after']);
    expect(lines.at(0)).toEqual(['1.00', '1.00', '5.00', '7.00']);
    const nothing = ['FR01', 'DE02'].map((entity) => ({ entity, cost: null, currency: 'EUR' }));
    expect(reportTable(nothing, fields, 'en').split('\n').at(-1)).toMatch(/^Total +– +EUR/);
  });

  it('speaks French and knows an empty report', () => {
    expect(reportTable([{ entity: 'FR01', cost: '1234.5', currency: 'EUR' }], fields, 'fr')).toContain('1\u202f234,50');
    expect(reportTable([], fields, 'fr')).toBe('Aucune ligne.');
  });
});
