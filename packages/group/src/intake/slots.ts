/** Runs work as soon as a slot is free, first come first served. */
export type Slots = <T>(work: () => Promise<T>) => Promise<T>;

/** At most `count` pieces of work at a time; the others wait. Work in a slot must not ask for a second one. */
export function slots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // A slot goes straight to whoever waits longest, so that nobody overtakes.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/** An open bundle may take a gibibyte of memory (contract, WORKSPACE_LIMITS); more requests than this wait with their file on disk. */
export const bundleSlot: Slots = slots(8);
