import { sendDescribedRequests } from '@prorata/platform/testing';
import { describe, it } from 'vitest';
import { KNOWN, openEntityApp } from './support/entity-app.ts';

describe('a hundred thousand requests made from the description of the entity node', () => {
  it('never fail it', async () => {
    const node = await openEntityApp();
    try {
      const tokens = [await node.token(), await node.token({ roles: ['finops.reader', 'analytic.reader'] })];
      await sendDescribedRequests(node.app, {
        count: Number(process.env.PRORATA_REQUESTS ?? 20_000),
        tokens,
        known: KNOWN,
      });
    } finally {
      await node.close();
    }
  });
});
