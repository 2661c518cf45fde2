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
  return {
    went,
    open: gate.resolve,
    ask: (name: string, more: Partial<Asked> = {}) => ask({ crowd: 'C', place: 'P', name, ...more }),
  };
}

describe('gathered requests', () => {
  it('go at once and alone while lanes are free, and together when there is a crowd', async () => {
    const { ask, went, open } = station();
    const answers = ['a', 'b', 'c', 'd', 'e'].map((name) => ask(name));
    expect(went).toEqual(['a', 'b']);
    open();
    expect(await Promise.all(answers)).toEqual(['a alone', 'b alone', 'c together', 'd together', 'e together']);
    expect(went).toEqual(['a', 'b', 'c+d+e']);
    expect(await ask('f')).toBe('f alone');
  });

  it('do not wait for those of another crowd', async () => {
    const { ask, went, open } = station();
    const answers = ['a', 'b', 'c'].map((name) => ask(name));
    answers.push(ask('other', { crowd: 'D' }));
    expect(went).toEqual(['a', 'b', 'other']);
    open();
    expect(await Promise.all(answers)).toHaveLength(4);
  });

  it('of several places go together, sorted by place and in their order within', async () => {
    const { ask, went, open } = station();
    const answers = ['a', 'b'].map((name) => ask(name));
    for (const [name, place] of Object.entries({ c: 'R', d: 'Q', e: 'R', f: 'P' })) answers.push(ask(name, { place }));
    open();
    expect(await Promise.all(answers)).toEqual([
      'a alone',
      'b alone',
      ...['c', 'd', 'e', 'f'].map((one) => `${one} together`),
    ]);
    expect(went).toEqual(['a', 'b', 'f+d+c+e']);
  });

  it('of a place that is held up go beside the others, who do not wait', async () => {
    const locked = Promise.withResolvers<void>();
    const went: string[] = [];
    const { ask, open } = station({
      async together(asked) {
        went.push(asked.map(({ name }) => name).join('+'));
        if (new Set(asked.map(({ place }) => place)).size > 1 && asked.some(({ place }) => place === 'L'))
          throw new Error('lock');
        if (asked[0]?.place === 'L') await locked.promise;
        return asked.map(({ name }) => `${name} together`);
      },
      async alone({ name, place }) {
        went.push(name);
        if (place === 'L') await locked.promise;
        return `${name} alone`;
      },
    });
    open();
    const [first, second] = [ask('a'), ask('b')];
    const stuck = ask('l', { place: 'L' });
    const met = ['c', 'd'].map((name) => ask(name));
    expect(await Promise.all([first, second, ...met])).toEqual(['a alone', 'b alone', 'c alone', 'd alone']);
    expect(went).toEqual(['a', 'b', 'l+c+d', 'l', 'c', 'd']);
    const beside = ['m', 'n', 'o', 'p'].map((name) => ask(name, { place: 'L' }));
    const others = Array.from({ length: 8 }, (_, index) => ask(String(index)));
    expect(await Promise.all(others)).toHaveLength(8);
    expect(went.slice(6, 7)).toEqual(['m']);
    expect(went.filter((group) => /[m-p]/.test(group))).toEqual(['m']);
    locked.resolve();
    expect(await Promise.all([stuck, ...beside])).toEqual([
      'l alone',
      'm alone',
      'n together',
      'o together',
      'p together',
    ]);
    expect(went.at(-1)).toBe('n+o+p');
  });

  it('give their lane back when they take long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { ask, went, open } = station();
      const answers = ['a', 'b', 'c', 'd'].map((name) => ask(name, { place: 'L' }));
      answers.push(ask('other'));
      vi.advanceTimersByTime(999);
      expect(went).toEqual(['a', 'b']);
      vi.advanceTimersByTime(1);
      expect(went).toEqual(['a', 'b', 'other', 'c+d']);
      open();
      expect(await Promise.all(answers)).toHaveLength(5);
    } finally {
      vi.useRealTimers();
    }
  });

  it('stay apart where they have something in common, and keep their order', async () => {
    const { ask, went, open } = station();
    const answers = ['a', 'b'].map((name) => ask(name));
    for (const [name, claim] of ['1x', '2x', '3y', '4x', '5y'].map((told) => [told, told.slice(1)])) {
      answers.push(ask(name ?? '', { claims: [claim ?? ''] }));
    }
    open();
    await Promise.all(answers);
    expect(went).toEqual(['a', 'b', '1x+3y', '2x+5y', '4x']);
  });

  it('are so many at most', async () => {
    const { ask, went, open } = station();
    const answers = Array.from({ length: 2 + 40 }, (_, index) => ask(String(index)));
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
    const { ask, open } = station({
      together: async (asked) => asked.map(({ name }) => (name === 'd' ? undefined : name)),
    });
    const answers = ['a', 'b', 'c', 'd', 'e'].map((name) => ask(name));
    open();
    expect(await Promise.all(answers)).toEqual(['a alone', 'b alone', 'c', 'd alone', 'e']);
  });
});
