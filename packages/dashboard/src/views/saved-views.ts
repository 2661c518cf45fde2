import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '../api/client.ts';
import type { SavedView } from '../api/types.ts';

/** As long as the node takes. */
export const LONGEST_NAME = 60;

/** The reader's views and those that others share, by name. */
export const viewsQuery = queryOptions({
  queryKey: ['saved-views'],
  queryFn: async () => {
    const { rows } = await answer(api.GET('/api/group/saved-views'));
    return rows.filter(isOwnAddress);
  },
});

/** Saves an address under a name, in place of the reader's view of that name. */
export function saveView(body: Pick<SavedView, 'name' | 'address' | 'shared'>) {
  return answer(api.POST('/api/group/saved-views', { body }));
}

export function deleteView(id: string) {
  return answer(api.DELETE('/api/group/saved-views/{view_id}', { params: { path: { view_id: id } } }));
}

// `//host` and `/\\host` lead to another host.
const OWN_ADDRESS = /^\/(?![/\\])\S*$/;

/** Whether a view stays on this dashboard. The node refuses others; a link of somebody else is looked at twice. */
export function isOwnAddress({ address }: Pick<SavedView, 'address'>): boolean {
  return OWN_ADDRESS.test(address);
}

/** The address of a page without what no view keeps: the language is the reader's, and links open in it. */
export function viewAddress(href: string): string {
  const [path = '/', search = ''] = href.split('?');
  const kept = new URLSearchParams(search);
  kept.delete('lang');
  const text = kept.toString();
  return text === '' ? path : `${path}?${text}`;
}
