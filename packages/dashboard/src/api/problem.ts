/** What the group node answers when it refuses (RFC 9457), or what stands in for it when there was no answer. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly next: string | undefined;
  readonly correlationId: string | undefined;

  constructor(document: {
    readonly status: number;
    readonly code: string;
    readonly title: string;
    readonly detail: string;
    readonly next?: string | undefined;
    readonly correlationId?: string | undefined;
  }) {
    super(`${document.code}: ${document.detail}`);
    this.name = 'ApiProblem';
    this.status = document.status;
    this.code = document.code;
    this.title = document.title;
    this.detail = document.detail;
    this.next = document.next;
    this.correlationId = document.correlationId;
  }
}

/** No answer at all: the node is down or the network is. */
export const OFFLINE = 'OFFLINE';

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Reads a problem document; an answer that is none (a proxy's page) becomes a problem with its status. */
export function readProblem(status: number, body: unknown): ApiProblem {
  const document: Readonly<Record<string, unknown>> =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  return new ApiProblem({
    status,
    code: text(document.code) ?? `HTTP_${status}`,
    title: text(document.title) ?? `HTTP ${status}`,
    detail: text(document.detail) ?? '',
    next: text(document.next),
    correlationId: text(document.correlation_id),
  });
}

/** Whether the reader has to sign in (again). */
export function needsSignIn(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}
