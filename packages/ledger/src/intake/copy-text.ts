/** A value of a row in the text format of COPY; undefined and empty are NULL, as an absent text is in an entry. */
export type CopyValue = string | number | undefined;

const SPECIAL = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

export function copyRow(values: readonly CopyValue[]): string {
  let row = '';
  for (const [index, value] of values.entries()) {
    if (index > 0) row += '\t';
    if (value === undefined || value === '') row += '\\N';
    else
      row += typeof value === 'number' ? value : value.replace(SPECIAL, (character) => ESCAPES[character] ?? character);
  }
  return `${row}\n`;
}
