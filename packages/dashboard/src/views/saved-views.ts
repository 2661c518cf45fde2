/** A view that a reader gave a name: a page of the dashboard with everything that its address says. */
export interface SavedView {
  readonly name: string;
  /** Path and search, as `/domains?month=2025-03`; nothing of another host. */
  readonly href: string;
}

/** More than anybody finds again; beyond it the oldest would push the address book out of the browser's storage. */
export const MOST_VIEWS = 50;
export const LONGEST_NAME = 60;

const KEY = 'prorata.views';

/** What saved views are kept in: `localStorage`, or a stand-in. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

/** The reader's views by name. What is malformed (another version, another hand) is left out instead of failing the page. */
export function readViews(shelf: Shelf, user: string): readonly SavedView[] {
  let stored: unknown;
  try {
    stored = JSON.parse(shelf.getItem(`${KEY}.${user}`) ?? '[]');
  } catch {
    return [];
  }
  return Array.isArray(stored) ? byName(stored.filter(isView)).slice(0, MOST_VIEWS) : [];
}

/**
 * Keeps a view under a name; the same name again replaces it.
 *
 * @returns what is kept now; unchanged when the name is blank or there are too many
 */
export function keepView(shelf: Shelf, user: string, view: SavedView): readonly SavedView[] {
  const kept = readViews(shelf, user);
  const name = view.name.trim().slice(0, LONGEST_NAME);
  const others = kept.filter((other) => other.name !== name);
  const wanted = { name, href: view.href };
  if (!isView(wanted) || others.length >= MOST_VIEWS) return kept;
  return write(shelf, user, [...others, wanted]);
}

export function dropView(shelf: Shelf, user: string, name: string): readonly SavedView[] {
  return write(
    shelf,
    user,
    readViews(shelf, user).filter((view) => view.name !== name),
  );
}

function write(shelf: Shelf, user: string, views: readonly SavedView[]): readonly SavedView[] {
  const sorted = byName(views);
  shelf.setItem(`${KEY}.${user}`, JSON.stringify(sorted));
  return sorted;
}

function byName(views: readonly SavedView[]): readonly SavedView[] {
  return [...views].sort((a, b) => a.name.localeCompare(b.name));
}

// `//host` and `/\host` lead to another host.
const OWN_ADDRESS = /^\/(?![/\\])[^\s]*$/;

function isView(value: unknown): value is SavedView {
  if (typeof value !== 'object' || value === null) return false;
  const { name, href } = value as Readonly<Record<string, unknown>>;
  return typeof name === 'string' && name !== '' && typeof href === 'string' && OWN_ADDRESS.test(href);
}
