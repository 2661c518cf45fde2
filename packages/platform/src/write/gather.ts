/** How requests of one kind share their way to the database. */
export interface Gathered<Asked, Answer> {
  /** Requests of one place may go together, e.g. those of one legal entity. */
  placeOf(asked: Asked): string;
  /** No two requests that have one of these in common go together, e.g. their idempotency keys. */
  claimsOf(asked: Asked): readonly string[];
  alone(asked: Asked): Promise<Answer>;
  /** Answers each, or undefined for one that has to go alone; when it fails, each goes alone. What is answered is committed. */
  together(asked: readonly Asked[]): Promise<readonly (Answer | undefined)[]>;
}

/** Requests of one place that go together at most, and groups of one place that are on their way at once. */
const MOST_TOGETHER = 16;
const LANES = 2;

interface Waiting<Asked, Answer> {
  readonly asked: Asked;
  resolve(answer: Answer | PromiseLike<Answer>): void;
}

interface Place<Asked, Answer> {
  onTheWay: number;
  waiting: Waiting<Asked, Answer>[];
}

/**
 * Lets requests that arrive while others of their place are on their way share the next transaction. Nobody waits for company: a request
 * that finds a free lane goes at once, alone; what a transaction costs is shared only when there is a crowd.
 */
export function gather<Asked, Answer>(how: Gathered<Asked, Answer>): (asked: Asked) => Promise<Answer> {
  const places = new Map<string, Place<Asked, Answer>>();

  function depart(name: string, place: Place<Asked, Answer>): void {
    while (place.onTheWay < LANES && place.waiting.length > 0) {
      const group = nextGroup(place, how);
      place.onTheWay += 1;
      void carry(group, how).then(() => {
        place.onTheWay -= 1;
        if (place.onTheWay === 0 && place.waiting.length === 0) places.delete(name);
        else depart(name, place);
      });
    }
  }

  return (asked) => {
    const name = how.placeOf(asked);
    const place = places.get(name) ?? { onTheWay: 0, waiting: [] };
    places.set(name, place);
    const { promise, resolve } = Promise.withResolvers<Answer>();
    place.waiting.push({ asked, resolve });
    depart(name, place);
    return promise;
  };
}

/** Takes from those who wait, in their order, whoever has nothing in common with one who was taken. */
function nextGroup<Asked, Answer>(place: Place<Asked, Answer>, how: Gathered<Asked, Answer>): Waiting<Asked, Answer>[] {
  const group: Waiting<Asked, Answer>[] = [];
  const claimed = new Set<string>();
  const left: Waiting<Asked, Answer>[] = [];
  for (const one of place.waiting) {
    const claims = group.length < MOST_TOGETHER ? how.claimsOf(one.asked) : [];
    if (group.length === MOST_TOGETHER || claims.some((claim) => claimed.has(claim))) left.push(one);
    else {
      group.push(one);
      for (const claim of claims) claimed.add(claim);
    }
  }
  place.waiting = left;
  return group;
}

/** Answers each of a group; a failure is the answer of the request that failed, and of no other. */
async function carry<Asked, Answer>(
  group: readonly Waiting<Asked, Answer>[],
  how: Gathered<Asked, Answer>,
): Promise<void> {
  const answers = group.length > 1 ? await how.together(group.map(({ asked }) => asked)).catch(() => []) : [];
  const apart = group.map(({ asked, resolve }, index) => {
    const answer = answers[index];
    const answered = answer === undefined ? how.alone(asked) : Promise.resolve(answer);
    resolve(answered);
    return answered;
  });
  await Promise.allSettled(apart);
}
