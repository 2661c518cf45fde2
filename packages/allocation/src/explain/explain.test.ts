import { describe, expect, it } from 'vitest';
import { runCycle } from '../cycles/cycle.ts';
import { split } from '../split/split.ts';
import { explain } from './explain.ts';

const weights = [
  { key: 'A', weight: '1.5' },
  { key: 'B', weight: '1/3' },
  { key: 'C', weight: '0' },
];

const cycle = runCycle({
  method: 'reciprocal',
  service: ['Telecoms', 'IT'],
  operating: ['Cars', 'Trucks'],
  costs: new Map([
    ['Telecoms', 200n],
    ['IT', 600n],
  ]),
  services: new Map([
    [
      'Telecoms',
      new Map([
        ['IT', '20'],
        ['Cars', '40'],
        ['Trucks', '40'],
      ]),
    ],
    [
      'IT',
      new Map([
        ['Telecoms', '25'],
        ['IT', '15'],
        ['Cars', '35'],
        ['Trucks', '25'],
      ]),
    ],
  ]),
});

describe('a split in words', () => {
  it('in English', () => {
    expect(explain(split({ amount: 10_003n, weights, unit: 5n }), { scale: 2 })).toEqual([
      '100.03 over 3 keys of total weight 11/6.',
      'Rounded down in steps of 0.05; what is left goes to the largest remainders, and in a tie to the larger weight, then the smaller key.',
      '  A: 81.85 = weight 1.5 of 11/6, 90027/1100 = 81.84272727…, floor 81.80, rounding unit 0.05',
      '  B: 18.18 = weight 1/3 of 11/6, 10003/550 = 18.18727273…, floor 18.15, residue below the rounding unit 0.03',
      '  C: 0.00 = weight 0 of 11/6, exact',
    ]);
  });

  it('in French', () => {
    expect(explain(split({ amount: -10n, weights, rounding: 'floor-to-first' }), { scale: 0, language: 'fr' })).toEqual(
      [
        '-10 sur 3 clés de poids total 11/6.',
        'Arrondi par défaut ; le reliquat va aux premières positions.',
        "  A : -9 = poids 1,5 sur 11/6 ; -90/11 = -8,181818… ; par défaut -8 ; unité d'arrondi -1",
        '  B : -1 = poids 1/3 sur 11/6 ; -20/11 = -1,818182… ; par défaut -1',
        '  C : 0 = poids 0 sur 11/6 ; exact',
      ],
    );
  });
});

describe('a cycle in words', () => {
  it('in English: equations, pools with their flows, and what each operating centre costs', () => {
    expect(explain(cycle, { scale: 2 })).toEqual([
      'Reciprocal method: 2 service centres into 2 operating centres, 8.00 in and out.',
      '  Telecoms = 2.00 + 25/100 × IT',
      '  IT = 6.00 + 20/100 × Telecoms + 0.15 × IT',
      'Telecoms: own cost 2.00 + received 2.00 = 4.00 passes through',
      '  to IT: 4.00 × 20 / 100 = 0.80, rounded 0.80',
      '  to Cars: 4.00 × 40 / 100 = 1.60, rounded 1.60',
      '  to Trucks: 4.00 × 40 / 100 = 1.60, rounded 1.60',
      'IT: own cost 6.00 + received 2.00 = 8.00 passes through, of which 1.20 for its own use',
      '  to Telecoms: 8.00 × 25 / 100 = 2.00, rounded 2.00',
      '  to Cars: 8.00 × 35 / 100 = 2.80, rounded 2.80',
      '  to Trucks: 8.00 × 25 / 100 = 2.00, rounded 2.00',
      'Cars: own cost 0.00 + received 4.40 = 4.40',
      'Trucks: own cost 0.00 + received 3.60 = 3.60',
    ]);
  });

  it('in French, line by line the same', () => {
    const words = explain(cycle, { scale: 2, language: 'fr' });
    expect(words).toHaveLength(13);
    expect(words[0]).toBe(
      'Méthode des prestations réciproques : 2 centres auxiliaires vers 2 centres principaux, 8,00 en entrée et en sortie.',
    );
    expect(words[7]).toBe('IT : coût propre 6,00 + reçu 2,00 = 8,00 à répartir, dont 1,20 pour son propre usage');
  });

  it('shows exact receipts and the unit of rounding', () => {
    const [, , , , line] = explain(
      runCycle({
        method: 'step-down',
        service: ['S'],
        operating: ['P', 'Q'],
        costs: new Map([['S', 101n]]),
        services: new Map([
          [
            'S',
            new Map([
              ['P', 1n],
              ['Q', 1n],
            ]),
          ],
        ]),
      }),
      { scale: 2 },
    );
    expect(line).toBe('  to Q: 1.01 × 1 / 2 = 0.505, rounded 0.50');
  });

  it('shows a centre that is idle', () => {
    const idle = runCycle({
      method: 'direct',
      service: ['S', 'Idle'],
      operating: ['P'],
      costs: new Map([['S', 100n]]),
      services: new Map([['S', new Map([['P', 1n]])]]),
    });
    expect(explain(idle, { scale: 2, language: 'fr' })).toContain('Idle : ne fournit rien et ne reçoit rien');
  });
});
