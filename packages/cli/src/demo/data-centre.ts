import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomStream } from './random.ts';
import { SAMPLE_MONTHS, type SampleEntity } from './sample-group.ts';

/** Files about what an entity runs itself: nobody bills it, so it is measured and valued by a price list. */
export interface DataCentreInput {
  readonly references: string;
  readonly consumption: string;
  readonly drivers: string;
  /** Price lists in the order of their validity, each with its first and its last month. */
  readonly prices: readonly { readonly path: string; readonly validFrom: string; readonly validTo: string }[];
  readonly rules: string;
}

/** A product of the data centre: what a unit of it costs in cents, in the first and in the second half of the year. */
interface Product {
  readonly code: string;
  readonly label: string;
  readonly domain: string;
  readonly unit: string;
  readonly cents: readonly [string, string];
  /** Part of what the data centre costs in January, in thousandths. */
  readonly part: number;
}

const PRODUCTS: readonly Product[] = [
  {
    code: 'DC-VM',
    label: 'Virtual machine',
    domain: 'Compute',
    unit: 'vCPU-Hours',
    cents: ['3.25', '2.98'],
    part: 620,
  },
  { code: 'DC-SAN', label: 'Block storage', domain: 'Storage', unit: 'GB-Months', cents: ['8.10', '8.64'], part: 240 },
  {
    code: 'DC-DB',
    label: 'Database licence',
    domain: 'Databases',
    unit: 'Cores',
    cents: ['14250', '14250'],
    part: 140,
  },
];
/** The backbone is nobody's: its price is the whole amount of a month, spread by head count. */
const BACKBONE = { code: 'DC-BACKBONE', label: 'Backbone network', domain: 'Networking', unit: 'share' } as const;
/** What the data centre costs in January, in hundredths of what the cloud costs. */
const SIZE_PERCENT = 14;

/** Writes an entity's references, measurements, head counts, price lists and rule. The same seed gives the same bytes. */
export async function writeDataCentre(
  folder: string,
  entity: SampleEntity,
  months: readonly string[],
  seed: string,
): Promise<DataCentreInput> {
  const home = join(folder, 'data-centre');
  await mkdir(home, { recursive: true });
  const write = async (name: string, lines: readonly string[]): Promise<string> => {
    await writeFile(join(home, name), `${lines.join('\n')}\n`);
    return join(home, name);
  };
  return {
    references: await write('references.csv', references(entity)),
    consumption: await write('consumption.csv', consumption(entity, months, seed)),
    drivers: await write('head-count.csv', headCounts(entity, seed)),
    prices: [
      { path: await write('prices-1.csv', prices(entity, 0)), validFrom: '2025-01', validTo: '2025-06' },
      { path: await write('prices-2.csv', prices(entity, 1)), validFrom: '2025-07', validTo: '2025-12' },
    ],
    rules: await write('rules.yaml', RULES),
  };
}

const RULES = [
  '# The backbone of the data centre: its price in the Pricing View is the whole month, and people bear it.',
  'schema: prorata.indirect-rules/1',
  'rules:',
  '  - code: backbone',
  '    label: Backbone by head count',
  '    order: 10',
  '    valid_from: 2025-01',
  '    valid_to: 2025-12',
  `    from: { products: [${BACKBONE.code}] }`,
  '    by: { driver: head count }',
];

function references(entity: SampleEntity): string[] {
  return [
    'kind,code,label,domain,unit',
    ...[...PRODUCTS.map((one) => one.domain), BACKBONE.domain].map((domain) => `domain,${domain},${domain},,`),
    ...[...PRODUCTS, BACKBONE].map(({ code, label, domain, unit }) => `product,${code},${label},${domain},${unit}`),
    ...ownApplications(entity).map(({ name }) => `application,${name.toLowerCase()},${name},,`),
  ];
}

/** What the mapping spreads has no measurements of its own. */
function ownApplications(entity: SampleEntity) {
  return entity.applications.filter((application) => application.shared !== true);
}

function consumption(entity: SampleEntity, months: readonly string[], seed: string): string[] {
  const rows: string[] = [];
  for (const month of months) {
    const index = Number(month.slice(5)) - 1;
    for (const application of ownApplications(entity)) {
      const random = randomStream(`${seed}/data-centre/${entity.code}/${month}/${application.name}`);
      for (const product of PRODUCTS) {
        const size = (1000 + application.growth * index) * (940 + random.integer(0, 120));
        const whole = (entity.januaryCost * SIZE_PERCENT * application.weight * product.part * size) / 1e13;
        const quantity = Math.round((whole * 100) / Number(product.cents[0]));
        const production = Math.round(quantity * 0.8);
        rows.push(row(month, application.name, product, production, 'prod'));
        if (quantity > production) rows.push(row(month, application.name, product, quantity - production, 'non_prod'));
      }
    }
  }
  return ['month,application,product,quantity,unit,environment', ...rows];
}

function row(month: string, application: string, product: Product, quantity: number, environment: string): string {
  return [month, application.toLowerCase(), product.code, quantity, product.unit, environment].join(',');
}

/** Of the whole year, whichever months are billed: who works where is known ahead. */
function headCounts(entity: SampleEntity, seed: string): string[] {
  const rows = SAMPLE_MONTHS.flatMap((month) =>
    ownApplications(entity).map(({ name, weight }) => {
      const people = weight + randomStream(`${seed}/people/${entity.code}/${month.slice(0, 4)}/${name}`).integer(1, 9);
      return `head count,${month},${name.toLowerCase()},${people}`;
    }),
  );
  return ['driver,month,application,value', ...rows];
}

function prices(entity: SampleEntity, half: 0 | 1): string[] {
  const own = PRODUCTS.map(({ code, unit, cents }) => `${code},${unit},${asMoney(cents[half])}`);
  const backbone = Math.round(entity.januaryCost * (half === 0 ? 0.021 : 0.019));
  return ['product,unit,unit_price', ...own, `${BACKBONE.code},${BACKBONE.unit},${backbone}.00`];
}

/** Cents with two decimals as a price with four. */
function asMoney(cents: string): string {
  const [whole = '0', fraction = ''] = cents.split('.');
  const digits = `${whole.padStart(3, '0')}${fraction.padEnd(2, '0')}`;
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`;
}
