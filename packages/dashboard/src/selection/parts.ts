/** What a selection bar can hold. */
export type Part = 'range' | 'month' | 'amounts' | 'filters';

/** A filter that a page sets by itself: an entity's page is about that entity. */
export type Fixed = 'entity' | 'domain' | 'family' | 'product' | 'application';
