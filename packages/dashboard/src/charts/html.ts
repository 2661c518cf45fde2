const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Names come from the entities' own tags: in the HTML of a tooltip they are text and nothing else. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

/** Rows of a tooltip: swatch, name, amount. */
export function tooltipRows(
  title: string,
  rows: readonly { readonly colour: string; readonly name: string; readonly text: string }[],
  total?: { readonly name: string; readonly text: string },
): string {
  const line = (swatch: string, name: string, text: string, weight: number) =>
    `<tr style="font-weight:${weight}"><td style="padding:1px 8px 1px 0">${swatch}</td><td style="padding:1px 20px 1px 0">` +
    `${escapeHtml(name)}</td><td style="text-align:right;font-variant-numeric:tabular-nums">${escapeHtml(text)}</td></tr>`;
  const swatch = (colour: string) =>
    `<span style="display:inline-block;width:10px;height:10px;border-radius:3px;background:${colour}"></span>`;
  return (
    `<div style="font-weight:600;margin-bottom:4px">${escapeHtml(title)}</div><table style="border-collapse:collapse">` +
    rows.map(({ colour, name, text }) => line(swatch(colour), name, text, 400)).join('') +
    (total === undefined ? '' : line('', total.name, total.text, 600)) +
    '</table>'
  );
}
