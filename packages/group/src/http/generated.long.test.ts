import { describe, it } from 'vitest';
import { sendToGroupNode } from '../testing/generated-requests.ts';

describe('a hundred thousand requests made from the description of the group node', () => {
  it('never fail it', () => sendToGroupNode(100_000));
});
