/** The members of a row that say who made it and when, as the driver gives them. */
export interface MadeRow {
  readonly created_at: Date;
  readonly created_by: string;
  readonly updated_at: Date;
  readonly updated_by: string;
}

/** A row with its times as text, so that an answer is the same now and when it is sent again from the store. */
export function told<Row extends MadeRow>(
  row: Row,
): Omit<Row, 'created_at' | 'updated_at'> & { created_at: string; updated_at: string } {
  return { ...row, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
}
