/** One fault of a request or file, and its language (BCP 47). */
export interface Fault {
  readonly text: string;
  readonly language: string;
}

/** What the group node answers when it refuses (RFC 9457), or what stands in for it when there was no answer. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly next: string | undefined;
  readonly correlationId: string | undefined;
  /** Of title and next step (BCP 47), as the node told it. */
  readonly language: string;
  readonly detailLanguage: string;
  /** Each fault with its place, where the node lists them: a file may have several. */
  readonly faults: readonly Fault[];

  constructor(document: {
    readonly status: number;
    readonly code: string;
    readonly title: string;
    readonly detail: string;
    readonly next?: string | undefined;
    readonly correlationId?: string | undefined;
    readonly language?: string | undefined;
    readonly detailLanguage?: string | undefined;
    readonly faults?: readonly Fault[];
  }) {
    super(`${document.code}: ${document.detail}`);
    this.name = 'ApiProblem';
    this.status = document.status;
    this.code = document.code;
    this.title = document.title;
    this.detail = document.detail;
    this.next = document.next;
    this.correlationId = document.correlationId;
    this.language = document.language ?? 'en';
    this.detailLanguage = document.detailLanguage ?? 'en';
    this.faults = document.faults ?? [];
  }
}

/** No answer at all: the node is down or the network is. */
export const OFFLINE = 'OFFLINE';

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * Reads a problem document; an answer that is none (a proxy's page) becomes a problem with its status.
 *
 * @param language what the answer says of itself (Content-Language)
 */
export function readProblem(status: number, body: unknown, language?: string | null): ApiProblem {
  const document: Readonly<Record<string, unknown>> =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  return new ApiProblem({
    status,
    code: text(document.code) ?? `HTTP_${status}`,
    title: text(document.title) ?? `HTTP ${status}`,
    detail: text(document.detail) ?? '',
    next: text(document.next),
    correlationId: text(document.correlation_id),
    language: text(language),
    detailLanguage: text(document.detail_language),
    faults: faultsIn(document.errors),
  });
}

function faultsIn(errors: unknown): readonly Fault[] {
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error: unknown) => {
    if (typeof error !== 'object' || error === null) return [];
    const { pointer, message, language } = error as Readonly<Record<string, unknown>>;
    const said = [text(pointer), text(message)].filter((part) => part !== undefined);
    return said.length === 0 ? [] : [{ text: said.join(': '), language: text(language) ?? 'en' }];
  });
}

/** Whether the reader has to sign in (again). */
export function needsSignIn(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}
