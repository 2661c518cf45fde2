import { describe, expect, it, vi } from 'vitest';
import { type Gathered, gather } from './gather.ts';

interface Asked {
  readonly place: string;
  readonly crowd: string;
  readonly name: string;
  readonly claims?: readonly string[];
}

/** Requests that are carried when the test says so; tells how they went. */
function station(change: Partial<Gathered<Asked, string>> = {}) {
  const went: string[] = [];
  const gate = Promise.withResolvers<void>();
  const ask = gather<Asked, string>({
    crowdOf: ({ crowd }) => crowd,
    placeOf: ({ place }) => place,
    claimsOf: ({ claims = [] }) => claims,
    async alone({ name }) {
      went.push(name);
      await gate.promise;
      return `${name} alone`;
    },
    async together(asked) {
      went.push(asked.map(({ name }) => name).join('+'));
      await gate.promise;
      return asked.map(({ name }) => `${name} together`);
    },
    ...change,
  });
  const one = (name: string, more: Partial<Asked> = {}) => ask({ crowd: 'C', place: 'P', name, ...more });
  return {
    went,
    open: gate.resolve,
    ask: one,
    /** Sends a and b on their way, which takes all lanes. */
    async busy(more: Partial<Asked> = {}): Promise<Promise<string>[]> {
      const answers = [one('a', more), one('b', more)];
      await turn();
      expect(went).toEqual(['a', 'b']);
      return answers;
    },
  };
}

/** The next turn of the event loop, behind whatever waits for it. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('gathered requests', () => {
  it('go at once and alone while lanes are free, and together when there is a crowd', async () => {
    const { ask, went, open, busy } = station();
    const answers = await busy();
    for (const name of ['c', 'd', 'e']) answers.push(ask(name));
    await turn();
    expect(went).toEqual(['a', 'b']);
    open();
    expect(await Promise.all(answers)).toEqual(['a alone', 'b alone', 'c together', 'd together', 'e together']);
    expect(went).toEqual(['a', 'b', 'c+d+e']);
    expect(await ask('f')).toBe('f alone');
  });

  it('that arrive in one turn share the lane that is free, unless all are', async () => {
    const { ask, went, open } = station();
    const answers = ['a', 'b', 'c'].map((name) => ask(name));
    expect(went).toEqual(['a']);
    await turn();
    expect(went).toEqual(['a', 'b+c']);
    open();
    expect(await Promise.all(answers)).toEqual(['a alone', 'b together', 'c together']);
  });

  it('do not wait for those of another crowd', async () => {
    const { ask, went, open, busy } = station();
    const answers = await busy();
    answers.push(ask('c'), ask('other', { crowd: 'D' }));
    expect(went).toEqual(['a', 'b', 'other']);
    open();
    expect(await Promise.all(answers)).toHaveLength(4);
  });

  it('of several places go together, sorted by place and in their order within', async () => {
    const { ask, went, open, busy } = station();
    const answers = await busy();
    for (const [name, place] of Object.entries({ c: 'R', d: 'Q', e: 'R', f: 'P' })) answers.push(ask(name, { place }));
    open();
    const told = ['c', 'd', 'e', 'f'].map((one) => `${one} together`);
    expect(await Promise.all(answers)).toEqual(['a alone', 'b alone', ...told]);
    expect(went).toEqual(['a', 'b', 'f+d+c+e']);
  });

  it('of a place that is held up go beside the others, who do not wait', async () => {
    const locked = Promise.withResolvers<void>();
    const { ask, open, busy, went } = station({
      async together(asked) {
        went.push(asked.map(({ name }) => name).join('+'));
        const places = new Set(asked.map(({ place }) => place));
        if (places.size > 1 && places.has('L')) throw new Error('lock');
        if (places.has('L')) await locked.promise;
        return asked.map(({ name }) => `${name} together`);
      },
      async alone({ name, place }) {
        went.push(name);
        if (place === 'L') await locked.promise;
        else await turn();
        return `${name} alone`;
      },
    });
    open();
    const first = await busy();
    const stuck = ask('l', { place: 'L' });
    const met = ['c', 'd'].map((name) => ask(name));
    expect(await Promise.all([...first, ...met])).toEqual(['a alone', 'b alone', 'c alone', 'd alone']);
    expect(went).toEqual(['a', 'b', 'l+c+d', 'l', 'c', 'd']);
    const beside = ['m', 'n', 'o', 'p'].map((name) => ask(name, { place: 'L' }));
    expect(await Promise.all(['1', '2', '3'].map((name) => ask(name)))).toHaveLength(3);
    expect(went.filter((group) => /[m-p]/.test(group))).toEqual(['m']);
    locked.resolve();
    const late = ['l alone', 'm alone', 'n together', 'o together', 'p together'];
    expect(await Promise.all([stuck, ...beside])).toEqual(late);
    expect(went.at(-1)).toBe('n+o+p');
  });

  it('give their lane back when they take long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { ask, went, open, busy } = station();
      const answers = await busy({ place: 'L' });
      answers.push(ask('c', { place: 'L' }), ask('d', { place: 'L' }), ask('other'));
      await turn();
      vi.advanceTimersByTime(999);
      await turn();
      expect(went).toEqual(['a', 'b']);
      vi.advanceTimersByTime(1);
      await turn();
      expect(went).toEqual(['a', 'b', 'other']);
      open();
      expect(await Promise.all(answers)).toHaveLength(5);
      expect(went.at(-1)).toBe('c+d');
    } finally {
      vi.useRealTimers();
    }
  });

  it('stay apart where they have something in common, and keep their order', async () => {
    const { ask, went, open, busy } = station();
    const answers = await busy();
    for (const [name, claim] of ['1x', '2x', '3y', '4x', '5y'].map((told) => [told, told.slice(1)])) {
      answers.push(ask(name ?? '', { claims: [claim ?? ''] }));
    }
    open();
    await Promise.all(answers);
    expect(went).toEqual(['a', 'b', '1x+3y', '2x+5y', '4x']);
  });

  it('are so many at most', async () => {
    const { ask, went, open, busy } = station();
    const answers = await busy();
    for (const index of Array.from({ length: 40 }).keys()) answers.push(ask(String(index)));
    open();
    await Promise.all(answers);
    expect(went.slice(2).map((group) => group.split('+').length)).toEqual([16, 16, 8]);
  });

  it('go alone when going together fails, and only the one that fails alone is told so', async () => {
    const refused = new Error('refused');
    const { ask, open } = station({
      together: async () => {
        throw new Error('one of them');
      },
      alone: async ({ name }) => {
        if (name === 'd') throw refused;
        return `${name} alone`;
      },
    });
    open();
    const settled = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((name) => ask(name)));
    expect(settled.map((one) => (one.status === 'fulfilled' ? one.value : one.reason))).toEqual([
      'a alone',
      'b alone',
      'c alone',
      refused,
      'e alone',
    ]);
  });

  it('go alone where they are not answered together', async () => {
    const { ask, open, busy } = station({
      together: async (asked) => asked.map(({ name }) => (name === 'd' ? undefined : name)),
    });
    const answers = await busy();
    for (const name of ['c', 'd', 'e']) answers.push(ask(name));
    open();
    expect(await Promise.all(answers)).toEqual(['a alone', 'b alone', 'c', 'd alone', 'e']);
  });
});
