/** How many months the second (YYYY-MM) is after the first; below zero where it is before. */
export function monthsApart(first: string, second: string): number {
  return indexOf(second) - indexOf(first);
}

function indexOf(month: string): number {
  return Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;
}
