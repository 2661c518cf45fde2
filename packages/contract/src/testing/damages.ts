import type { Table } from '../format/tables.ts';
import { generateSigningKey } from '../trust/keys.ts';
import { type ForgedEntry, manifestOf, pack, replaceEntry, resign, rewriteTable, unpack } from './forging.ts';
import { type SampleBundle, sampleRule } from './sample.ts';

/** A deterministic source of numbers (mulberry32): a campaign that fails can be run again, seed by seed. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** The bytes, and the key of the entity that signed them. */
export type DamagedBundle = Readonly<{ bytes: Buffer; key: SampleBundle['key'] }>;

export type Pick = (below: number) => number;
/** What somebody makes of a bundle: with its bytes alone, or with the entity's key. */
export type Damage = (sample: DamagedBundle, pick: Pick) => Promise<Uint8Array> | Uint8Array;
const one = <T>(items: readonly T[], pick: Pick): T => {
  const item = items[pick(items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
};

/** Someone without the key damages bytes. */
const flipBits: Damage = ({ bytes }, pick) => {
  const damaged = Buffer.from(bytes);
  for (let count = 1 + pick(3); count > 0; count -= 1) {
    const at = pick(damaged.length);
    damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << pick(8)), at);
  }
  return damaged.equals(bytes) ? damaged.subarray(1) : damaged;
};
const truncate: Damage = ({ bytes }, pick) => bytes.subarray(0, pick(bytes.length));
const insert: Damage = ({ bytes }, pick) => {
  const at = pick(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(1 + pick(64), pick(256)), bytes.subarray(at)]);
};
const cutOut: Damage = ({ bytes }, pick) => {
  const at = pick(bytes.length - 1);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + pick(64))]);
};
const overwrite: Damage = ({ bytes }, pick) => {
  const damaged = Buffer.from(bytes);
  const at = pick(damaged.length);
  damaged.fill(pick(256), at, at + 1 + pick(64));
  return damaged.equals(bytes) ? Buffer.concat([damaged, damaged]) : damaged;
};

/** Someone without the key builds another archive of the parts. */
const otherArchive: Damage = async ({ bytes }, pick) => {
  const entries = await unpack(bytes);
  const rename = (name: string): ForgedEntry[] =>
    entries.map((entry, index) => (index === at ? { ...entry, name } : entry));
  const at = pick(entries.length);
  switch (pick(6)) {
    case 0:
      return pack(entries.filter((_, index) => index !== at));
    case 1:
      return pack([
        ...entries,
        { name: one(['a', 'x/facts.parquet', 'manifest.jws2'], pick), content: Buffer.alloc(pick(100)) },
      ]);
    case 2:
      return pack([...entries, one(entries, pick)]);
    case 3:
      return pack(rename(one(['facts', 'FACTS.PARQUET', 'a/b', 'manifest.json'], pick)));
    case 4:
      return pack(entries.map((entry, index) => (index === at ? { ...entry, compress: true } : entry)));
    default: {
      const names = entries.map((entry) => entry.name);
      return pack(
        entries.map((entry, index) => ({ ...entry, name: names[(index + 1 + (at % 4)) % names.length] ?? '' })),
      );
    }
  }
};

/** Rules that contradict themselves, the facts or the schema. */
const WRONG_RULES: readonly unknown[] = [
  null,
  {},
  [{}],
  [sampleRule(), sampleRule()],
  [{ ...sampleRule(), version: 0 }],
  [{ ...sampleRule(), code: '' }],
  [{ ...sampleRule(), base: 'guess' }],
  [{ ...sampleRule(), driver: undefined }],
  [{ ...sampleRule(), base: 'even' }],
  [{ ...sampleRule(), measure: 'cost' }],
  [{ ...sampleRule(), driver_month: '2025-13' }],
  [{ ...sampleRule(), weights: [{ currency: 'EUR', total: '-1' }] }],
  [{ ...sampleRule(), products: [] }],
  [{ ...sampleRule(), products: [...sampleRule().products, ...sampleRule().products] }],
  [{ ...sampleRule(), products: [{ ...sampleRule().products[0], product_id: 'no such product' }] }],
  [{ ...sampleRule(), products: [{ ...sampleRule().products[0], environments: ['n_a'] }] }],
  [{ ...sampleRule(), secret: 1 }],
];

/** Someone with another key, or with the entity's key but another claim, signs again. */
const foreignKey: Damage = ({ bytes }) => resign(bytes, generateSigningKey());
const otherClaim: Damage = ({ bytes, key }, pick) =>
  resign(bytes, key, (manifest) => {
    const total = manifest.totals[pick(manifest.totals.length)];
    const file = manifest.files[pick(manifest.files.length)];
    const without = (name: string) => Object.fromEntries(Object.entries(manifest).filter(([each]) => each !== name));
    return one<() => unknown>(
      [
        () => ({ ...manifest, tenant: { ...manifest.tenant, id: '018f3a2e-0000-7000-8000-00000000000b' } }),
        () => ({ ...manifest, entity: { ...manifest.entity, code: one(['DE02', '', 'fr01', 'FR01 '], pick) } }),
        () => ({ ...manifest, deployment: one(['test', 'PROD', '', null], pick) }),
        () => ({
          ...manifest,
          contract: { ...manifest.contract, version: one(['2.0.0', '1.2.0', '0.9.0', '1', 1], pick) },
        }),
        () => ({ ...manifest, period_month: one(['2025-08', '2025-13', '2025-7', '', 202507], pick) }),
        () => ({ ...manifest, revision: one([0, -1, 2, 1.5, '1', null], pick) }),
        () => ({ ...manifest, status: one(['LOCKED', 'open', 1], pick) }),
        () => ({ ...manifest, totals: manifest.totals.filter((each) => each !== total) }),
        () => ({
          ...manifest,
          totals: manifest.totals.map((each) => (each === total ? { ...each, rows: each.rows + 1 } : each)),
        }),
        () => ({
          ...manifest,
          totals: manifest.totals.map((each) =>
            each === total ? { ...each, cost_billed: '0.000000000000000007' } : each,
          ),
        }),
        () => ({ ...manifest, totals: [...manifest.totals, total] }),
        () => ({
          ...manifest,
          files: manifest.files.map((each) => (each === file ? { ...each, rows: each.rows + 1 } : each)),
        }),
        () => ({
          ...manifest,
          files: manifest.files.map((each) => (each === file ? { ...each, sha256: 'f'.repeat(64) } : each)),
        }),
        () => ({ ...manifest, files: manifest.files.slice(1) }),
        () => ({
          ...manifest,
          pricing_view: one([null, { code: 'OTHER', version: 1 }, { code: 'STANDARD', version: 2 }], pick),
        }),
        () => ({ ...manifest, indirect_rules: one(WRONG_RULES, pick) }),
        () => ({ ...manifest, contract: { ...manifest.contract, version: '1.0.0' }, indirect_rules: [sampleRule()] }),
        () => ({ ...manifest, [one(['note', 'x', 'Revision'], pick)]: 1 }),
        () =>
          without(
            one(
              Object.keys(manifest).filter((name) => name !== 'adjusts_month' && name !== 'indirect_rules'),
              pick,
            ),
          ),
        () => JSON.stringify(manifest).slice(0, pick(400)),
        () => JSON.stringify(manifest).replace('{', '{"revision":1,'),
      ],
      pick,
    )();
  });

/** The entity itself signs rows that break a rule. */
const FORGED_ROWS: ReadonlyArray<readonly [Table['name'], string]> = [
  ['facts', "SELECT * REPLACE (DATE '2025-06-01' AS period_month) FROM facts"],
  ['facts', "SELECT * REPLACE ('DE02' AS entity_id) FROM facts"],
  ['facts', "SELECT * REPLACE ('' AS application_id) FROM facts"],
  ['facts', "SELECT * REPLACE (chr(0) || 'x' AS domain_id) FROM facts"],
  ['facts', "SELECT * REPLACE ('dev' AS environment) FROM facts"],
  ['facts', 'SELECT * REPLACE (NULL::VARCHAR AS unit) FROM facts'],
  ['facts', 'SELECT * REPLACE (quantity + 1 AS quantity) FROM facts'],
  ['facts', 'SELECT * REPLACE (cost_billed + 0.000000000000000001 AS cost_billed) FROM facts'],
  ['facts', 'SELECT * REPLACE (cost_effective::DOUBLE AS cost_effective) FROM facts'],
  ['facts', 'FROM facts UNION ALL FROM facts'],
  ['facts', 'FROM facts LIMIT 5'],
  ['facts', 'SELECT * EXCLUDE (currency) FROM facts'],
  ['facts', "SELECT *, 'x' AS secret FROM facts"],
  ['products', 'FROM products LIMIT 0'],
  ['products', 'FROM products UNION ALL FROM products'],
  ['applications', 'FROM applications LIMIT 1'],
  ['prices', 'SELECT * REPLACE (7::INTEGER AS view_version) FROM prices'],
  ['prices', 'FROM facts'],
];
const forgedRows: Damage = async ({ bytes, key }, pick) => {
  const [table, select] = one(FORGED_ROWS, pick);
  return resign(await rewriteTable(bytes, table, select), key);
};

/** The entity signs a Parquet file that is damaged inside: in pages, in the footer, in its length. */
export const damagedParquet: Damage = async ({ bytes, key }, pick) => {
  const { name } = one((await manifestOf(bytes)).files, pick);
  const content = Buffer.from((await unpack(bytes)).find((entry) => entry.name === name)?.content ?? []);
  const footer = content.readUInt32LE(content.length - 8);
  const start = pick(2) === 0 ? content.length - 8 - footer : 0;
  for (let count = 1 + pick(8); count > 0; count -= 1)
    content.writeUInt8(pick(256), start + pick(content.length - start));
  return resign(await replaceEntry(bytes, name, content), key);
};

/** Each kind of damage with its part of a campaign of 2 000; none of them may be taken. */
export const DAMAGES: ReadonlyArray<readonly [name: string, damage: Damage, times: number]> = [
  ['bits flipped', flipBits, 600],
  ['truncated', truncate, 150],
  ['bytes inserted', insert, 150],
  ['bytes cut out', cutOut, 150],
  ['bytes overwritten', overwrite, 200],
  ['another archive', otherArchive, 200],
  ['signed with another key', foreignKey, 50],
  ['another claim signed with the key', otherClaim, 350],
  ['rows that break a rule, signed', forgedRows, 150],
];
