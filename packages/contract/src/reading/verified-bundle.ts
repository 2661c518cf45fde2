import { normaliseDecimal } from '../format/decimal.ts';
import type { Manifest } from '../format/manifest.ts';
import type { ApplicationRow, FactRow, PriceRow, ProductRow } from '../format/rows.ts';
import { APPLICATIONS, type Column, FACTS, PRICES, type Table } from '../format/tables.ts';
import { contentDigest } from '../tables/content-digest.ts';
import { factCopyBinary } from '../tables/copy-binary.ts';
import { type CopyTextOptions, factCopyText, keptText, refusePrefix } from '../tables/copy-text.ts';
import { type ListedTexts, whereListed } from '../tables/listed-texts.ts';
import { type FactSums, factSums } from '../tables/sums.ts';
import { grainOrder, type Workspace } from '../tables/workspace.ts';

/** How many rows name a domain. */
export interface DomainUse {
  readonly domain_id: string;
  readonly rows: number;
}

/** A product as listed, and how many facts name it. */
export interface ProductUse extends ProductRow {
  readonly rows: number;
}

/** What the facts name of the group's references. */
export interface ReferenceUse {
  readonly manifest: Manifest;
  readonly domains: readonly DomainUse[];
  readonly products: readonly ProductUse[];
}

/** What verifying learned of the rows. */
export interface VerifiedRows {
  readonly rows: number;
  readonly texts: ListedTexts;
  readonly use: ReferenceUse;
}

/**
 * A bundle that passed every check that needs no database. It holds a private folder and a DuckDB until it is closed, when nothing is
 * being read out of it. What it hands out is what was checked: the rows were read from the archive once. Readings may go on beside
 * each other.
 */
export interface VerifiedBundle extends AsyncDisposable {
  readonly manifest: Manifest;
  /** SHA-256 (hex) of the manifest payload. */
  readonly manifestDigest: string;
  /** Thumbprint of the key that signed. */
  readonly kid: string;
  /** Rows of the facts. */
  readonly rows: number;
  domains(): Promise<DomainUse[]>;
  products(): Promise<ProductUse[]>;
  applications(): Promise<ApplicationRow[]>;
  prices(): Promise<PriceRow[]>;
  /** The facts as PostgreSQL COPY text in FACT_COLUMNS order, each line after the constants of `prefix`. */
  copyText(options?: CopyTextOptions): AsyncIterable<Uint8Array>;
  /** The facts as PostgreSQL COPY in its binary form, columns as `binaryColumns(without)` names them, unsorted. */
  copyBinary(without?: readonly string[]): AsyncIterable<Uint8Array>;
  /** The facts added up by columns of their grain or `is_tax`; throws BundleRefused where a sum is beyond DECIMAL(38,18). */
  sums(keys: readonly string[]): AsyncIterable<FactSums>;
  /** The facts in the order of their grain, in batches; for small reads. */
  factRows(): AsyncIterable<readonly FactRow[]>;
  /**
   * Digest of what the bundle says, comparable with `PreparedBundle.contentDigest`. It needs the text of all facts; that
   * of a bundle of usual size is kept for `copyText()` without options, and the other way round.
   */
  contentDigest(): Promise<string>;
  close(): Promise<void>;
}

/** Builds the read side over tables that were checked. */
export function verifiedBundle(
  workspace: Workspace,
  { texts, use, ...about }: VerifiedRows & Pick<VerifiedBundle, 'manifest' | 'manifestDigest' | 'kid'>,
  close: () => Promise<void>,
): VerifiedBundle {
  const reading = <Part>(read: (beside: Workspace) => AsyncIterable<Part>) => readBeside(workspace, read);
  const facts = keptText(() => reading((beside) => factCopyText(beside)));
  return {
    ...about,
    domains: async () => [...use.domains],
    products: async () => [...use.products],
    applications: () => all(reading((beside) => rowsOf<ApplicationRow>(beside, APPLICATIONS))),
    prices: () => all(reading((beside) => rowsOf<PriceRow>(beside, PRICES))),
    copyText: (options) => {
      refusePrefix(options?.prefix);
      return options === undefined ? facts() : reading((beside) => factCopyText(beside, options));
    },
    copyBinary: (without) => reading((beside) => factCopyBinary(beside, texts, without)),
    sums: (keys) => reading((beside) => factSums(beside, keys)),
    factRows: () => reading((beside) => rowsOf<FactRow>(beside, FACTS)),
    contentDigest: () => contentDigest(workspace, about.manifest, facts),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A connection for each reading, given back when it ends. */
async function* readBeside<Part>(
  workspace: Workspace,
  read: (beside: Workspace) => AsyncIterable<Part>,
): AsyncGenerator<Part> {
  const beside = await workspace.beside();
  try {
    yield* read(beside);
  } finally {
    beside.close();
  }
}

/** Domains that the facts name, by code. */
export async function domainsOf(workspace: Workspace, texts: ListedTexts): Promise<DomainUse[]> {
  const { table, rows: count } = whereListed(texts, 'domain_id');
  const rows = await workspace.texts(
    `SELECT ${marked('domain_id')} AS domain, ${count} AS rows FROM ${table} GROUP BY domain_id ORDER BY domain_id`,
  );
  return rows.map((row) => ({ domain_id: unmarked(row.domain) ?? '', rows: Number(row.rows) }));
}

/** Products as listed, by code, with the number of facts that name each. */
export async function productsOf(workspace: Workspace, texts: ListedTexts): Promise<ProductUse[]> {
  const { table, rows: count } = whereListed(texts, 'product_id');
  const rows = await workspace.texts(
    `SELECT ${marked('p.product_id')} AS product, ${marked('p.label')} AS label, ${marked('p.reference_id')} AS reference,
            coalesce(f.rows, 0) AS rows
       FROM products p LEFT JOIN (SELECT product_id, ${count} AS rows FROM ${table} GROUP BY product_id) f USING (product_id)
      ORDER BY p.product_id`,
  );
  return rows.map((row) => ({
    product_id: unmarked(row.product) ?? '',
    label: unmarked(row.label) ?? '',
    reference_id: unmarked(row.reference),
    rows: Number(row.rows),
  }));
}

const MARK = '\u001f';

// Whatever reads a text from DuckDB takes a byte order mark at its beginning away, and a code may begin with one: a control character in
// front, which no code or label holds, keeps the text whole.
function marked(column: string): string {
  return `chr(${MARK.charCodeAt(0)}) || ${column}`;
}

function unmarked(text: string | null | undefined): string | null {
  return text?.slice(MARK.length) ?? null;
}

async function all<Row>(batches: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  return (await Array.fromAsync(batches)).flat();
}

async function* rowsOf<Row>(workspace: Workspace, table: Table): AsyncGenerator<readonly Row[]> {
  const selected = table.columns.map(({ name, kind }) => {
    if (kind === 'month') return `strftime(${name}, '%Y-%m') AS ${name}`;
    if (kind === 'decimal') return `CAST(${name} AS VARCHAR) AS ${name}`;
    return kind === 'count' ? name : `${marked(name)} AS ${name}`;
  });
  const result = await workspace.connection.stream(
    `SELECT ${selected.join(', ')} FROM ${table.name} ORDER BY ${grainOrder(table)}`,
  );
  for await (const batch of result.yieldRowObjectJson()) {
    yield batch.map((row) => rowOf<Row>(table.columns, row));
  }
}

// The tables follow the column definitions, which the row types are written from; a test compares the two.
function rowOf<Row>(columns: readonly Column[], row: Readonly<Record<string, unknown>>): Row {
  const entries = columns.map(({ name, kind }) => {
    const value = row[name] ?? null;
    if (typeof value !== 'string' || kind === 'month') return [name, value];
    return [name, kind === 'decimal' ? normaliseDecimal(value) : unmarked(value)];
  });
  return Object.fromEntries(entries) as Row;
}
