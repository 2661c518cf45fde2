import type { TSchema } from 'typebox';
import { ProblemAnswer } from './finops.schema.ts';

/** What the description says of the operations under one heading. */
export function describedAs(...tags: readonly string[]) {
  return (operationId: string, summary: string) => ({ tags, operationId, summary });
}

/** The caller's mistakes and, where the route asks another node, what became of that. */
export const refusals = { '4xx': ProblemAnswer, '5xx': ProblemAnswer };

/** The answers of a route that reads, or changes what is there. */
export function answers<Answer extends TSchema>(answer: Answer) {
  return { 200: answer, ...refusals };
}

/** The answers of a route that takes something in: 201 where it was new, 200 where it stood already. */
export function takes<Answer extends TSchema>(answer: Answer) {
  return { 200: answer, 201: answer, ...refusals };
}

/** Who asks, and with which key: what each use case that writes has to know. */
export function asker<Context>(request: { readonly context: Context; readonly idempotencyKey: string | undefined }) {
  const { context, idempotencyKey } = request;
  return { context, idempotencyKey };
}
