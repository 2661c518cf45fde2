/** A table of a scenario: its heading and its rows by column. `–` stands for nothing. */
export interface ScenarioTable {
  readonly heading: string;
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string | null>>[];
}

/** Reads the tables of a scenario text: a heading after `##`, then a table with `|` between its columns. */
export function readScenario(text: string): ScenarioTable[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = '', header = '', ...lines] = section.split('\n').filter((line) => line.trim() !== '');
      const columns = cells(header).map((cell) => cell ?? '');
      const rows = lines.map((line) => {
        const values = cells(line);
        if (values.length !== columns.length) throw new RangeError(`${heading}: ${line} has ${values.length} columns`);
        return Object.fromEntries(columns.map((column, index) => [column, values[index] ?? null]));
      });
      return { heading: heading.trim(), columns, rows };
    });
}

function cells(line: string): (string | null)[] {
  return line.split('|').map((cell) => (cell.trim() === '–' ? null : cell.trim()));
}
