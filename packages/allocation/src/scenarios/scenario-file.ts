/** A table of a scenario: its header and its lines, cells as text without blanks around them. */
export interface Table {
  readonly header: readonly string[];
  readonly lines: readonly (readonly string[])[];
}

/** One scenario of a file: a heading of the second level and what stands below it. */
export interface Scenario {
  readonly title: string;
  readonly settings: ReadonlyMap<string, string>;
  readonly tables: ReadonlyMap<string, Table>;
}

/**
 * Reads the scenarios of a Markdown file (see scenarios/README.md for its form).
 *
 * @throws Error naming the line for a table without a name or with a ragged line: a scenario never runs half-read.
 */
export function readScenarios(markdown: string): Scenario[] {
  const scenarios: { title: string; settings: Map<string, string>; tables: Map<string, Table> }[] = [];
  let name: string | undefined;
  let rows: string[][] = [];
  const closeTable = (place: number): void => {
    if (rows.length === 0) return;
    const scenario = scenarios.at(-1);
    const [header, , ...lines] = rows;
    if (scenario === undefined || name === undefined || header === undefined)
      throw new Error(`Line ${place}: a table without a name.`);
    const ragged = lines.find((line) => line.length !== header.length);
    if (ragged !== undefined) throw new Error(`Line ${place}: ${ragged.join(' | ')} has not ${header.length} cells.`);
    scenario.tables.set(name, { header, lines });
    rows = [];
    name = undefined;
  };
  markdown.split('\n').forEach((line, index) => {
    if (line.startsWith('|')) {
      rows.push(
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
      return;
    }
    closeTable(index);
    if (line.startsWith('## ')) scenarios.push({ title: line.slice(3), settings: new Map(), tables: new Map() });
    const caption = /^\*\*(.+)\*\*$/.exec(line);
    if (caption?.[1] !== undefined) name = caption[1];
    const setting = /^- ([a-z]+): (.+)$/.exec(line);
    if (setting?.[1] !== undefined) scenarios.at(-1)?.settings.set(setting[1], setting[2] ?? '');
  });
  closeTable(Number.POSITIVE_INFINITY);
  return scenarios;
}

/** `12 345,67` and `12 345.67` as a plain decimal; an empty cell as zero. */
export function plainNumber(cell: string): string {
  const plain = cell.replaceAll(/\s/g, '').replace(',', '.');
  return plain === '' ? '0' : plain;
}
