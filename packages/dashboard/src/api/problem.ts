/** What the group node answers when it refuses (RFC 9457), or what stands in for it when there was no answer. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly next: string | undefined;
  readonly correlationId: string | undefined;
  /** Each fault with its place, where the node lists them: a file may have several. */
  readonly faults: readonly string[];

  constructor(document: {
    readonly status: number;
    readonly code: string;
    readonly title: string;
    readonly detail: string;
    readonly next?: string | undefined;
    readonly correlationId?: string | undefined;
    readonly faults?: readonly string[];
  }) {
    super(`${document.code}: ${document.detail}`);
    this.name = 'ApiProblem';
    this.status = document.status;
    this.code = document.code;
    this.title = document.title;
    this.detail = document.detail;
    this.next = document.next;
    this.correlationId = document.correlationId;
    this.faults = document.faults ?? [];
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
    faults: faultsIn(document.errors),
  });
}

function faultsIn(errors: unknown): readonly string[] {
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error: unknown) => {
    if (typeof error !== 'object' || error === null) return [];
    const { pointer, message } = error as Readonly<Record<string, unknown>>;
    const said = [text(pointer), text(message)].filter((part) => part !== undefined);
    return said.length === 0 ? [] : [said.join(': ')];
  });
}

/** Whether the reader has to sign in (again). */
export function needsSignIn(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}
