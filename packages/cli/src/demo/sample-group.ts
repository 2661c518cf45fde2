/** How a provider's export of an entity is written; see `dialects.ts`. */
export type Dialect = 'plain' | 'null-words' | 'offsets' | 'minutes';

/** Twelve factors in thousandths, January first. */
export type Season = readonly number[];

export interface SampleApplication {
  readonly name: string;
  /** Part of the entity's cost in January. */
  readonly weight: number;
  /** Growth a month in thousandths. */
  readonly growth: number;
  readonly season: Season;
  /** Weights over the FOCUS service categories that the application uses. */
  readonly mix: Readonly<Record<string, number>>;
  readonly shared?: boolean;
}

export interface SampleEntity {
  readonly code: string;
  readonly label: string;
  readonly country: string;
  readonly currency: string;
  readonly dialect: Dialect;
  /** Usage of January 2025 in the entity's currency. */
  readonly januaryCost: number;
  readonly applications: readonly SampleApplication[];
  /** VAT in percent. */
  readonly taxPercent: bigint;
}

export const GROUP = { code: 'AURELIA', label: 'Aurelia', currency: 'EUR' } as const;

const EVEN: Season = [1000, 985, 1010, 1000, 1005, 1000, 985, 970, 1000, 1010, 1005, 1000];
const RETAIL: Season = [940, 900, 930, 960, 980, 1020, 1000, 890, 980, 1080, 1460, 1390];
const SUMMER: Season = [820, 830, 880, 950, 1060, 1210, 1380, 1340, 1080, 960, 880, 900];
const QUARTERS: Season = [930, 930, 1190, 940, 930, 1200, 930, 920, 1210, 940, 940, 1320];
const LAUNCH: Season = [60, 80, 240, 420, 610, 780, 900, 960, 1040, 1120, 1190, 1260];
const SURGE: Season = [900, 920, 950, 980, 1000, 1040, 1090, 1150, 2100, 2480, 2900, 2760];
const CLEANED: Season = [1180, 1210, 1240, 1270, 1290, 1310, 860, 720, 690, 680, 690, 700];

const WEB = { Compute: 34, Databases: 18, Networking: 22, Storage: 12, Integration: 8, Security: 6 };
const BACK_OFFICE = { Compute: 38, Databases: 34, Storage: 16, Identity: 7, 'Management and Governance': 5 };
const DATA = { Analytics: 40, Storage: 32, Compute: 20, Integration: 8 };
const AI = { 'AI and Machine Learning': 68, Compute: 16, Storage: 10, Databases: 6 };
const IOT = { 'Internet of Things': 42, Integration: 18, Storage: 18, Analytics: 22 };
const PLATFORM = {
  'Management and Governance': 34,
  Networking: 22,
  Security: 18,
  'Developer Tools': 14,
  Compute: 12,
};

function application(
  name: string,
  weight: number,
  growth: number,
  season: Season,
  mix: Readonly<Record<string, number>>,
): SampleApplication {
  return { name, weight, growth, season, mix };
}

function sharedPlatform(weight: number): SampleApplication {
  return { name: 'Shared Platform', weight, growth: 6, season: EVEN, mix: PLATFORM, shared: true };
}

/** An invented group of retail and logistics companies: four entities, three currencies, four ways to write a bill. */
export const SAMPLE_ENTITIES: readonly SampleEntity[] = [
  {
    code: 'FR01',
    label: 'Aurelia France',
    country: 'FR',
    currency: 'EUR',
    dialect: 'plain',
    januaryCost: 186_000,
    taxPercent: 20n,
    applications: [
      application('Web Shop', 26, 8, RETAIL, WEB),
      application('Order Engine', 18, 9, RETAIL, WEB),
      application('Payment Rail', 10, 11, RETAIL, BACK_OFFICE),
      application('Data Lake', 15, 16, EVEN, DATA),
      application('ERP Core', 12, 1, QUARTERS, BACK_OFFICE),
      application('HR Suite', 5, 0, EVEN, BACK_OFFICE),
      sharedPlatform(14),
    ],
  },
  {
    code: 'DE02',
    label: 'Aurelia Deutschland',
    country: 'DE',
    currency: 'EUR',
    dialect: 'null-words',
    januaryCost: 142_000,
    taxPercent: 19n,
    applications: [
      application('Factory Twin', 24, 14, LAUNCH, IOT),
      application('Fleet Tracking', 16, 7, SUMMER, IOT),
      application('ERP Core', 20, 2, QUARTERS, BACK_OFFICE),
      application('Data Lake', 13, 12, EVEN, DATA),
      application('Customer Portal', 11, 5, RETAIL, WEB),
      sharedPlatform(12),
    ],
  },
  {
    code: 'GB03',
    label: 'Aurelia UK',
    country: 'GB',
    currency: 'GBP',
    dialect: 'offsets',
    januaryCost: 98_000,
    taxPercent: 20n,
    applications: [
      application('Recommendations', 21, 9, SURGE, AI),
      application('Mobile App', 19, 10, RETAIL, WEB),
      application('Search', 16, 6, RETAIL, DATA),
      application('Claims Desk', 11, 3, EVEN, BACK_OFFICE),
      application('Fraud Engine', 13, 8, RETAIL, AI),
      sharedPlatform(13),
    ],
  },
  {
    code: 'CH05',
    label: 'Aurelia Suisse',
    country: 'CH',
    currency: 'CHF',
    dialect: 'minutes',
    januaryCost: 88_000,
    taxPercent: 8n,
    applications: [
      application('Risk Models', 27, 6, QUARTERS, AI),
      application('Treasury', 17, 2, QUARTERS, BACK_OFFICE),
      application('Data Lake', 24, 3, CLEANED, DATA),
      application('Customer Portal', 12, 7, EVEN, WEB),
      sharedPlatform(14),
    ],
  },
];

/** The months of the sample year. */
export const SAMPLE_MONTHS: readonly string[] = Array.from(
  { length: 12 },
  (_, index) => `2025-${String(index + 1).padStart(2, '0')}`,
);

/** The month that DE02 restates after everything was published. */
export const RESTATED = { entity: 'DE02', month: '2025-08' } as const;
