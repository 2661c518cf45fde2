import { Type } from 'typebox';

const NAME = '[A-Z][A-Z0-9_]*(?:[.][A-Z][A-Z0-9_]*)*';

/** Name of an event, or the beginning of names: `ANALYTIC.AXIS.CREATED`, `ANALYTIC.*`, `*`. */
export const EventPattern = Type.String({
  pattern: `^(?:[*]|${NAME}(?:[.][*])?)$`,
  maxLength: 100,
  description: 'Name of an event, or a beginning of names: ANALYTIC.AXIS.CREATED, ANALYTIC.*, *',
});

/** The condition that an event's name is one of the patterns of a `text[]`, for SQL. `_` is no wildcard here, `*` is. */
export function matches(event: string, patterns: string): string {
  return `${event} LIKE ANY (SELECT replace(replace(one, '_', '\\_'), '*', '%') FROM unnest(${patterns}) AS one)`;
}
