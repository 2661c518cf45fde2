/** What each kind of step took, added up over entities and months. */
export interface StepTime {
  readonly step: string;
  readonly times: number;
  readonly milliseconds: number;
}

/** Measures steps; several may run at the same time, so the sum can be longer than the clock on the wall. */
export class StepClock {
  readonly #steps = new Map<string, { times: number; milliseconds: number }>();

  async measure<T>(step: string, work: () => Promise<T>): Promise<T> {
    const before = performance.now();
    try {
      return await work();
    } finally {
      const sum = this.#steps.get(step) ?? { times: 0, milliseconds: 0 };
      this.#steps.set(step, { times: sum.times + 1, milliseconds: sum.milliseconds + performance.now() - before });
    }
  }

  list(): StepTime[] {
    return [...this.#steps].map(([step, { times, milliseconds }]) => ({
      step,
      times,
      milliseconds: Math.round(milliseconds),
    }));
  }
}

/** Runs `work` for each item, at most `width` at a time. After a failure nothing new begins, and what had begun ends first. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && !failed; item = queue.shift()) {
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, lane));
  const failure = lanes.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
