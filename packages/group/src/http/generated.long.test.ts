import { describe, it } from 'vitest';
import { sendToGroupNode } from '../testing/generated-requests.ts';

describe('a hundred thousand requests made from the description of the group node', () => {
  it('never fail it', () => sendToGroupNode(Number(process.env.PRORATA_REQUESTS ?? 20_000)));
});
