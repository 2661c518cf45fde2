import { join } from 'node:path';
import { createEnrolment, fingerprint, publicOf } from '@prorata/contract';
import { buildEntityApp, importFocus, joinGroup, publicationStatus, publishMonth, runMonth } from '@prorata/finops';
import {
  enrolEntity,
  listPublications,
  lockMonth,
  pullBundles,
  reopenMonth,
  replayAll,
  reportEntities,
  setPullSource,
} from '@prorata/group';
import type { App } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signingKeyOf } from '../packages/finops/src/node/entity.ts';
import { focusCsv } from '../packages/finops/src/testing/focus-csv.ts';
import { openTestEntity, type TestEntity } from '../packages/finops/src/testing/test-entity.ts';
import { openTestGroup, type TestGroup } from '../packages/group/src/testing/test-group.ts';

/** An entity node that serves and a group that asks it: two databases, one connection. */
let entity: TestEntity;
let group: TestGroup;
let app: App;
beforeAll(async () => {
  [entity, group] = await Promise.all([openTestEntity('FR01'), openTestGroup()]);
  const privateJwk = await signingKeyOf(entity.dir);
  const { code, label, country } = entity.entity.entity;
  const enrolment = await createEnrolment({
    entity: { code, label, country, currency: 'EUR' },
    deployment: 'prod',
    privateJwk,
  });
  const admission = join(entity.dir, 'admission.jws');
  await enrolEntity(group.group, { enrolment, fingerprint: fingerprint(publicOf(privateJwk)), out: admission });
  await joinGroup(entity.entity, admission);
  app = await buildEntityApp(entity.entity, { log: false });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  await setPullSource(group.group, { entity: 'FR01', url });
});
afterAll(async () => {
  await app?.close();
  await Promise.all([entity?.close(), group?.close()]);
});

const pull = async () => (await pullBundles(group.group, {}, { attempts: 1 }))[0];
const state = async (revision: number) => await publicationStatus(entity.entity, '2025-07', revision);
/** Publishes July with a bill of this cost. */
async function publish(cost: string) {
  const shared = { BilledCost: cost, EffectiveCost: cost, Tags: '{"application":"Shop","environment":"prod"}' };
  const path = await entity.file(`bill-${cost}.csv`, focusCsv([shared]));
  await importFocus(entity.entity, { path, replace: true });
  await runMonth(entity.entity, '2025-07');
  return await publishMonth(entity.entity, '2025-07');
}

describe('a group that asks an entity', () => {
  it('takes what it published, and the entity hears that it was accepted', async () => {
    const published = await publish('12.5');
    expect((await state(1)).state).toBe('SEALED');
    expect(await pull()).toMatchObject({ outcome: 'OK', detail: '', accepted: 1, refused: 0, told: 1 });
    expect(await listPublications(group.group)).toMatchObject([
      { entity: 'FR01', revision: 1, manifest_digest: published.manifest_sha256 },
    ]);
    expect((await reportEntities(group.group)).rows).toMatchObject([{ entity: 'FR01', cost: '12.5' }]);
    expect(await state(1)).toMatchObject({
      state: 'ACCEPTED',
      pushes: [{ url: 'pull:ACME', state: 'ACCEPTED', answer: { outcome: 'ACCEPTED', revision: 1, rows: 1 } }],
    });
    expect(await pull()).toMatchObject({ accepted: 0, known: 0, told: 0 });
  });

  it('tells a refusal with its report, and once more when the bundle was taken after all', async () => {
    await lockMonth(group.group, { month: '2025-07', reason: 'audited' });
    await publish('13');
    expect(await pull()).toMatchObject({ outcome: 'OK', refused: 1, told: 1 });
    expect(await state(2)).toMatchObject({
      state: 'REFUSED',
      pushes: [{ answer: { code: 'PERIOD_LOCKED', next: expect.any(String), violations: [{ file: 'manifest.jws' }] } }],
    });
    await reopenMonth(group.group, { month: '2025-07', reason: 'the entity is right' });
    await replayAll(group.group, {});
    expect(await pull()).toMatchObject({ accepted: 0, told: 1 });
    expect(await state(2)).toMatchObject({ state: 'ACCEPTED', pushes: [{ attempts: 1 }] });
    const events = await entity.database.admin<{ event: string }>(
      `SELECT event FROM outbox_event WHERE event LIKE 'FINOPS.PUBLICATION.%ED' ORDER BY position`,
    );
    expect(events.map(({ event }) => event.split('.').at(-1))).toEqual([
      ...['CREATED', 'ACCEPTED', 'CREATED', 'REFUSED', 'ACCEPTED'],
    ]);
  });

  it('knows that a bundle was fetched while nobody has answered, and tells what it could not tell then', async () => {
    await publish('14');
    // The answers cannot be kept for a moment: the bundle is taken, and the entity has not heard.
    await entity.database.admin(
      "ALTER TABLE publication_push ADD CONSTRAINT deaf CHECK (state NOT LIKE 'ACC%') NOT VALID",
    );
    expect(await pull()).toMatchObject({ outcome: 'FAILED', accepted: 1, told: 0 });
    expect((await state(3)).state).toBe('PULLED');
    await entity.database.admin('ALTER TABLE publication_push DROP CONSTRAINT deaf');
    expect(await pull()).toMatchObject({ outcome: 'OK', accepted: 0, told: 1 });
    expect((await state(3)).state).toBe('ACCEPTED');
  });

  it('believes no answer about another manifest', async () => {
    await group.admin(`UPDATE pull_answer SET told_at = NULL, outcome = 'REFUSED', manifest_digest = repeat('ab', 32)
                        WHERE revision = 1`);
    expect(await pull()).toMatchObject({ outcome: 'OK', told: 1 });
    expect((await state(1)).state).toBe('ACCEPTED');
  });
});
