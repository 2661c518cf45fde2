type Yaml = string | number | boolean | readonly Yaml[] | { readonly [name: string]: Yaml };

/**
 * Writes plain values as block YAML 1.2. Texts are double-quoted as JSON, which YAML includes, so that none is ever
 * read as a number, a date or `no`.
 */
export function toYaml(value: Yaml, indent = ''): string {
  if (typeof value !== 'object') return `${JSON.stringify(value)}\n`;
  const lines = Array.isArray(value)
    ? value.map((item: Yaml) => `${indent}- ${toYaml(item, `${indent}  `).trimStart()}`)
    : Object.entries(value).map(
        ([name, item]) => `${indent}${name}:${isBlock(item) ? '\n' : ' '}${toYaml(item, `${indent}  `)}`,
      );
  return lines.join('');
}

function isBlock(value: Yaml): boolean {
  return typeof value === 'object';
}
