/** One open transaction: its tenant is set, its role is set, and it ends with the function it was given to. */
export interface Tx {
  /** Runs one statement; `numeric`, `bigint` and `date` come back as text, never as floats. */
  query<Row extends object = Record<string, unknown>>(sql: Sql, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs one statement and answers how many rows it touched. */
  execute(sql: string, values?: readonly unknown[]): Promise<number>;
  /** Streams into `COPY … FROM STDIN`; answers the number of rows. */
  copyFrom(sql: string, chunks: AsyncIterable<Uint8Array | string>): Promise<number>;
  /** Runs a statement after the work, together with the commit; when it fails, the transaction fails with its error. */
  defer(sql: Sql, values?: readonly unknown[]): void;
  /** The rows of each statement of `TransactionOptions.ahead`. */
  readonly ahead: readonly (readonly object[])[];
}

/** The text of a statement, or one with a name: a statement that is kept prepared by its session. */
export type Sql = string | { readonly name: string; readonly text: string };

export interface Statement {
  readonly sql: Sql;
  readonly values: readonly unknown[];
}
