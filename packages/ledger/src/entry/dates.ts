/** Whether `YYYY-MM-DD` is a day of the calendar, in a month that can be asked for and locked: 1900 to 2199. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text < '1900-01-01' || text > '2199-12-31') return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The day of `YYYYMMDD` or `YYYY-MM-DD` as `YYYY-MM-DD`; undefined when it is none. */
export function readDay(text: string): string | undefined {
  const match = /^(\d{4})(-?)(\d\d)\2(\d\d)$/.exec(text);
  if (match === null) return undefined;
  const day = `${match[1]}-${match[3]}-${match[4]}`;
  return isDay(day) ? day : undefined;
}
