import { describe, it } from 'vitest';
import { sendToGroupNode } from '../testing/generated-requests.ts';

describe('requests made from the description of the group node', () => {
  it('never fail it', () => sendToGroupNode(400));
});
