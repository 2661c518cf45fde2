import { textFault } from '@prorata/platform';
import { type Checked, schemaCheck } from '../entry/schema-check.ts';
import { ledgerProblem } from '../problems.ts';
import {
  type GlEvent,
  LockedSchema,
  PostedNoticeSchema,
  PostedSchema,
  ReversedSchema,
  UnlockedSchema,
} from './event.schema.ts';

const CHECKS: Readonly<Record<string, (document: unknown) => Checked<GlEvent>>> = {
  'GL.ENTRY.POSTED': schemaCheck(PostedSchema),
  'GL.ENTRY.REVERSED': schemaCheck(ReversedSchema),
  'GL.PERIOD.LOCKED': schemaCheck(LockedSchema),
  'GL.PERIOD.UNLOCKED': schemaCheck(UnlockedSchema),
};

const checkNotice = schemaCheck<typeof PostedNoticeSchema>(PostedNoticeSchema);

/** Reads the body of an event whose signature is verified. @throws Problem `EVENT_INVALID` */
export function readEvent(body: Uint8Array): GlEvent {
  const document = parse(body);
  const name = document === null || typeof document !== 'object' || !('event' in document) ? undefined : document.event;
  const check = typeof name === 'string' && Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
  if (check === undefined) {
    const known = Object.keys(CHECKS).join(', ');
    const errors = [{ pointer: '/event', message: `must be one of ${known}` }];
    throw ledgerProblem('EVENT_INVALID', `the event is ${JSON.stringify(name)?.slice(0, 80)}`, { errors });
  }
  const checked = isNotice(document) ? checkNotice(document) : check(document);
  if ('value' in checked) return checked.value;
  const first = checked.faults[0];
  throw ledgerProblem('EVENT_INVALID', `${name} ${first?.pointer} ${first?.message}`, { errors: checked.faults });
}

/** Whether a posted entry is told of without its lines. */
function isNotice(document: unknown): boolean {
  const { event, payload } = document as { event?: unknown; payload?: unknown };
  if (event !== 'GL.ENTRY.POSTED' || typeof payload !== 'object' || payload === null) return false;
  return !('lines' in payload) && !('currency' in payload);
}

function parse(body: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    return JSON.parse(text, (_key, value: unknown) => {
      if (typeof value === 'string' && textFault(value) !== undefined) throw new SyntaxError(textFault(value));
      return value;
    });
  } catch (error) {
    throw ledgerProblem(
      'EVENT_INVALID',
      `the body is not JSON: ${error instanceof Error ? error.message : ''}`,
      {},
      error,
    );
  }
}
