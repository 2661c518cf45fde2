import { Type } from 'typebox';

const NAME = '[A-Z][A-Z0-9_]*(?:[.][A-Z][A-Z0-9_]*)*';

const PATTERN = new RegExp(`^(?:[*]|${NAME}(?:[.][*])?)$`);

/** Name of an event, or the beginning of names: `ANALYTIC.AXIS.CREATED`, `ANALYTIC.*`, `*`. */
export const EventPattern = Type.String({
  pattern: PATTERN.source,
  maxLength: 100,
  description: 'Name of an event, or a beginning of names: ANALYTIC.AXIS.CREATED, ANALYTIC.*, *',
});

/** Whether a text is a name of an event or a beginning of names. */
export function isEventPattern(text: string): boolean {
  return PATTERN.test(text) && text.length <= 100;
}

/** The condition that an event's name is one of the patterns of a `text[]`, for SQL. `_` is no wildcard here, `*` is. */
export function matches(event: string, patterns: string): string {
  return `${event} LIKE ANY (SELECT replace(replace(one, '_', '\\_'), '*', '%') FROM unnest(${patterns}) AS one)`;
}
