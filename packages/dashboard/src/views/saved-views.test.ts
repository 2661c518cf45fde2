import { expect, it } from 'vitest';
import { dropView, keepView, MOST_VIEWS, readViews, type Shelf } from './saved-views.ts';

function shelf(content: Record<string, string> = {}): Shelf {
  const kept = new Map(Object.entries(content));
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
}

it('keeps views by name, for one reader', () => {
  const mine = shelf();
  keepView(mine, 'u1', { name: ' Storage of the south ', href: '/domains/Storage?entity=ES04' });
  keepView(mine, 'u1', { name: 'Board', href: '/?without_tax=true' });
  keepView(mine, 'u1', { name: 'Board', href: '/?month=2025-03' });
  expect(readViews(mine, 'u1')).toEqual([
    { name: 'Board', href: '/?month=2025-03' },
    { name: 'Storage of the south', href: '/domains/Storage?entity=ES04' },
  ]);
  expect(readViews(mine, 'u2')).toEqual([]);
  expect(dropView(mine, 'u1', 'Board').map(({ name }) => name)).toEqual(['Storage of the south']);
});

it('takes neither a blank name nor an address of another host, and no more than it can show', () => {
  const mine = shelf();
  for (const href of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '']) {
    expect(keepView(mine, 'u1', { name: 'x', href })).toEqual([]);
  }
  expect(keepView(mine, 'u1', { name: '  ', href: '/' })).toEqual([]);
  for (let index = 0; index <= MOST_VIEWS; index += 1) keepView(mine, 'u1', { name: `view ${index}`, href: '/' });
  expect(readViews(mine, 'u1')).toHaveLength(MOST_VIEWS);
});

it('starts anew where the storage holds something else', () => {
  expect(readViews(shelf({ 'prorata.views.u1': '{' }), 'u1')).toEqual([]);
  expect(readViews(shelf({ 'prorata.views.u1': '{"a":1}' }), 'u1')).toEqual([]);
  expect(
    readViews(shelf({ 'prorata.views.u1': '[1,null,{"name":"a","href":"//x"},{"name":"b","href":"/"}]' }), 'u1'),
  ).toEqual([{ name: 'b', href: '/' }]);
});
