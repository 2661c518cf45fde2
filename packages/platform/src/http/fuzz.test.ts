import { describe, it } from 'vitest';
import { sendGeneratedRequests } from '../testing/generated-requests.ts';

describe('generated requests', () => {
  it('never fail the server', () => sendGeneratedRequests(2_000));
});
