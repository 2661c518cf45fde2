import { firstDayOf, type RequestContext, type Tx, writePath } from '@prorata/platform';
import type { EntityNode } from '../node/entity.ts';
import { membershipOf } from '../node/join.ts';
import { finopsProblem } from '../problems.ts';
import * as sql from './publish.sql.ts';

/** What became of a bundle that the group fetched, as the group tells it. */
export interface GroupAnswer {
  /** YYYY-MM */
  readonly period_month: string;
  readonly revision: number;
  /** Digest of the manifest that the answer is about, in hexadecimal. */
  readonly manifest_sha256: string;
  readonly outcome: 'ACCEPTED' | 'REFUSED';
  /** The group's report, as it comes. */
  readonly report: unknown;
}

/** `unknown`: answers about something that this node did not publish. */
export interface AnswersTaken {
  readonly taken: number;
  readonly unknown: readonly Pick<GroupAnswer, 'period_month' | 'revision' | 'manifest_sha256'>[];
}

/** Where a revision goes that nobody sends: the group comes for it. */
const pulledBy = (tenantCode: string) => `pull:${tenantCode}`;

/** Keeps that the group came for a revision, the first time. Until it answers, the revision is PULLED. */
export async function notePulled(
  entity: EntityNode,
  of: { readonly period_month: string; readonly revision: number },
  context: RequestContext,
): Promise<void> {
  const request = { action: 'finops.pulled', method: 'GET', route: 'publication_push', payload: of };
  await writePath(entity.db, context, request, async (tx, record) => {
    const url = await addressIn(tx, entity);
    const values = [...keyOf(entity, of), url, context.countryCode, context.userId];
    if ((await tx.execute(sql.NOTE_PULLED, values)) > 0) {
      record.audit({ subject: 'publication_push', subjectId: subjectOf(entity, of), details: { ...of, url } });
    }
    return { status: 200, body: null };
  });
}

/**
 * Keeps what the group tells about bundles that it fetched; the last answer counts, as when a refused bundle was taken after all. What
 * is told of another manifest than the published one is left out and named.
 *
 * @throws Problem `NOT_JOINED`, `MONTH_INVALID`
 */
export async function takeAnswers(
  entity: EntityNode,
  answers: readonly GroupAnswer[],
  options: { readonly context: RequestContext; readonly idempotencyKey?: string | undefined },
): Promise<AnswersTaken> {
  const { context, idempotencyKey } = options;
  const route = '/api/finops/publications/answers';
  const request = { action: 'finops.answers', method: 'POST', route, payload: { answers }, idempotencyKey };
  const answer = await writePath<AnswersTaken>(entity.db, context, request, async (tx, record) => {
    const url = await addressIn(tx, entity);
    const unknown: Pick<GroupAnswer, 'period_month' | 'revision' | 'manifest_sha256'>[] = [];
    let taken = 0;
    for (const { outcome, report, ...of } of answers) {
      const key = keyOf(entity, of);
      if ((await tx.query(sql.PUBLISHED_MANIFEST, [...key, of.manifest_sha256])).length === 0) {
        unknown.push(of);
        continue;
      }
      taken += 1;
      const values = [...key, url, context.countryCode, outcome, JSON.stringify(report ?? null), context.userId];
      if ((await tx.execute(sql.TAKE_ANSWER, values)) === 0) continue;
      const { period_month, revision } = of;
      const payload = { period_month, revision, url, state: outcome };
      record.audit({ subject: 'publication_push', subjectId: subjectOf(entity, of), details: payload });
      const event = outcome === 'ACCEPTED' ? 'FINOPS.PUBLICATION.ACCEPTED' : 'FINOPS.PUBLICATION.REFUSED';
      record.emit({ event, entity_id: entity.entity.id, payload: { period_month, revision, url, status: null } });
    }
    return { status: 200, body: { taken, unknown } };
  });
  return answer.body;
}

async function addressIn(tx: Tx, entity: EntityNode): Promise<string> {
  const membership = await membershipOf(tx);
  if (membership === undefined) throw finopsProblem('NOT_JOINED', `${entity.entity.code} has no admission`);
  return pulledBy(membership.statement.tenant.code);
}

function keyOf({ scope }: EntityNode, of: { readonly period_month: string; readonly revision: number }) {
  return [scope.tenantId, scope.legalEntityId, firstDayOf(of.period_month), of.revision];
}

function subjectOf({ entity }: EntityNode, of: { readonly period_month: string; readonly revision: number }): string {
  return `${entity.code}/${of.period_month}/${of.revision}`;
}
