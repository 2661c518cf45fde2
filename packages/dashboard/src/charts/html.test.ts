import { expect, it } from 'vitest';
import { escapeHtml, tooltipRows } from './html.ts';

it('lets no name of an entity become markup', () => {
  const name = `<img src=x onerror="alert('1')">&`;
  expect(escapeHtml(name)).toBe('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;');
  const html = tooltipRows(name, [{ colour: '#000000', name, text: name }], { name, text: name });
  expect(html).not.toContain('<img');
});
