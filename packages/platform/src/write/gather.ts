/** How requests of one kind share their way to the database. */
export interface Gathered<Asked, Answer> {
  /** Requests of one crowd may go together, e.g. those of one tenant. */
  crowdOf(asked: Asked): string;
  /** Within a crowd, what may hold up each other: a legal entity, with its locks. */
  placeOf(asked: Asked): string;
  /** No two requests that have one of these in common go together, e.g. their idempotency keys. */
  claimsOf(asked: Asked): readonly string[];
  alone(asked: Asked): Promise<Answer>;
  /**
   * Takes requests sorted by place, and answers each, or undefined for one that has to go alone; when it fails, each goes alone. What is
   * answered is committed.
   */
  together(asked: readonly Asked[]): Promise<readonly (Answer | undefined)[]>;
}

/** Requests that go together at most, and groups that are on their way at once: of a crowd, and of a place that is held up. */
const MOST_TOGETHER = 16;
const LANES = 2;

/** A group that is on its way for longer is held up, and gives its lane back. */
const PATIENCE_MILLISECONDS = 1_000;

interface Waiting<Asked, Answer> {
  readonly asked: Asked;
  readonly place: string;
  resolve(answer: Answer | PromiseLike<Answer>): void;
}

interface Crowd<Asked, Answer> {
  onTheWay: number;
  /** Whether a group is to depart in the next turn of the event loop. */
  isAnnounced: boolean;
  waiting: Waiting<Asked, Answer>[];
  /** Places that are held up, and how many groups or single requests of theirs are on their way beside the lanes. */
  readonly held: Map<string, number>;
}

/**
 * Lets requests that arrive while others of their crowd are on their way share the next transaction. Nobody waits for company: a request
 * that finds all lanes free goes at once, alone, and one that finds a free lane goes in the next turn of the event loop, with whoever
 * arrived in this one (answers of one group leave together, so that what is asked next arrives together). What a transaction costs is
 * shared only when there is a crowd.
 *
 * A place whose requests take long, or had to leave their group, is held up: until they are answered it goes beside the lanes of its
 * crowd and shares with nobody, so that nobody waits for it twice.
 */
export function gather<Asked, Answer>(how: Gathered<Asked, Answer>): (asked: Asked) => Promise<Answer> {
  const crowds = new Map<string, Crowd<Asked, Answer>>();

  function depart(name: string, crowd: Crowd<Asked, Answer>): void {
    if (crowd.onTheWay === 0) departNow(name, crowd);
    else if (!crowd.isAnnounced) {
      crowd.isAnnounced = true;
      setImmediate(() => {
        crowd.isAnnounced = false;
        departNow(name, crowd);
      });
    }
  }

  function departNow(name: string, crowd: Crowd<Asked, Answer>): void {
    while (crowd.onTheWay < LANES) {
      const group = nextGroup(crowd, how, (place) => !crowd.held.has(place));
      if (group.length === 0) break;
      goByLane(name, crowd, group);
    }
    for (const [held, onTheWay] of crowd.held) {
      if (onTheWay >= LANES) continue;
      const group = nextGroup(crowd, how, (place) => place === held);
      if (group.length > 0) goBeside(name, crowd, group);
    }
    const isOver = crowd.onTheWay === 0 && crowd.waiting.length === 0 && crowd.held.size === 0;
    if (isOver && !crowd.isAnnounced) crowds.delete(name);
  }

  function goByLane(name: string, crowd: Crowd<Asked, Answer>, group: readonly Waiting<Asked, Answer>[]): void {
    crowd.onTheWay += 1;
    let letGo: (() => void)[] = [];
    let isInLane = true;
    const leaveLane = (slow: readonly Waiting<Asked, Answer>[]) => {
      if (!isInLane) return;
      isInLane = false;
      clearTimeout(timer);
      crowd.onTheWay -= 1;
      letGo = [...new Set(slow.map(({ place }) => place))].map((place) => hold(crowd.held, place));
      depart(name, crowd);
    };
    const timer = setTimeout(leaveLane, PATIENCE_MILLISECONDS, group);
    void carry(group, how, leaveLane).then(() => {
      leaveLane([]);
      for (const one of letGo) one();
      depart(name, crowd);
    });
  }

  function goBeside(name: string, crowd: Crowd<Asked, Answer>, group: readonly Waiting<Asked, Answer>[]): void {
    const letGo = hold(crowd.held, group[0]?.place ?? '');
    void carry(group, how, () => {}).then(() => {
      letGo();
      depart(name, crowd);
    });
  }

  return (asked) => {
    const name = how.crowdOf(asked);
    const crowd: Crowd<Asked, Answer> = crowds.get(name) ?? {
      onTheWay: 0,
      isAnnounced: false,
      waiting: [],
      held: new Map(),
    };
    crowds.set(name, crowd);
    const { promise, resolve } = Promise.withResolvers<Answer>();
    crowd.waiting.push({ asked, place: how.placeOf(asked), resolve });
    depart(name, crowd);
    return promise;
  };
}

/** One more of a place that goes beside the lanes, until the function given back is called. */
function hold(held: Map<string, number>, place: string): () => void {
  held.set(place, (held.get(place) ?? 0) + 1);
  return () => {
    const left = (held.get(place) ?? 1) - 1;
    if (left === 0) held.delete(place);
    else held.set(place, left);
  };
}

/** Takes from those who wait at such places, in their order, whoever has nothing in common with one who was taken; sorted by place. */
function nextGroup<Asked, Answer>(
  crowd: Crowd<Asked, Answer>,
  how: Gathered<Asked, Answer>,
  mayGo: (place: string) => boolean,
): Waiting<Asked, Answer>[] {
  const group: Waiting<Asked, Answer>[] = [];
  const claimed = new Set<string>();
  const left: Waiting<Asked, Answer>[] = [];
  for (const one of crowd.waiting) {
    const claims = group.length < MOST_TOGETHER && mayGo(one.place) ? how.claimsOf(one.asked) : undefined;
    if (claims === undefined || claims.some((claim) => claimed.has(claim))) left.push(one);
    else {
      group.push(one);
      for (const claim of claims) claimed.add(claim);
    }
  }
  crowd.waiting = left;
  return group.sort((a, b) => (a.place < b.place ? -1 : Number(a.place > b.place)));
}

/**
 * Answers each of a group; a failure is the answer of the request that failed, and of no other.
 *
 * @param apart is told who goes alone, before they go
 */
async function carry<Asked, Answer>(
  group: readonly Waiting<Asked, Answer>[],
  how: Gathered<Asked, Answer>,
  apart: (those: readonly Waiting<Asked, Answer>[]) => void,
): Promise<void> {
  const answers = group.length > 1 ? await how.together(group.map(({ asked }) => asked)).catch(() => []) : [];
  const left: Waiting<Asked, Answer>[] = [];
  for (const [index, one] of group.entries()) {
    const answer = answers[index];
    if (answer === undefined) left.push(one);
    else one.resolve(answer);
  }
  if (group.length > 1 && left.length > 0) apart(left);
  await Promise.allSettled(
    left.map(({ asked, resolve }) => {
      const answered = how.alone(asked);
      resolve(answered);
      return answered;
    }),
  );
}
