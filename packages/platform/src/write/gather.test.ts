import { describe, expect, it } from 'vitest';
import { type Gathered, gather } from './gather.ts';

interface Asked {
  readonly place: string;
  readonly name: string;
  readonly claims?: readonly string[];
}

/** Requests that are carried when the test says so; tells how they went. */
function station(change: Partial<Gathered<Asked, string>> = {}) {
  const went: string[] = [];
  const gate = Promise.withResolvers<void>();
  const ask = gather<Asked, string>({
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
    ask: (name: string, more: Partial<Asked> = {}) => ask({ place: 'P', name, ...more }),
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

  it('do not wait for those of another place', async () => {
    const { ask, went, open } = station();
    const answers = ['a', 'b', 'c'].map((name) => ask(name));
    answers.push(ask('other', { place: 'Q' }));
    expect(went).toEqual(['a', 'b', 'other']);
    open();
    expect(await Promise.all(answers)).toHaveLength(4);
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
