import { describe, it } from 'vitest';
import { sendGeneratedRequests } from '../testing/generated-requests.ts';

describe('a hundred thousand generated requests', () => {
  it('never fail the server', () => sendGeneratedRequests(100_000));
});
