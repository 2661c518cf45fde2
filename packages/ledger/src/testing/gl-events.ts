import { randomUUID } from 'node:crypto';
import type { RequestContext } from '@prorata/platform';
import type { EntryContent } from '../entry/entry.schema.ts';
import type { GlEvent } from '../events/event.schema.ts';

/** Content of a balanced entry: rent of `amount` in `month`. */
export function rent(number: string, month = '2026-01', amount = '800.00'): EntryContent {
  return {
    journal_code: 'HA',
    number,
    accounting_date: `${month}-15`,
    currency: 'EUR',
    lines: [
      { line_no: 1, account: '613200', account_label: 'Loyers', label: 'Bureau', debit: amount, credit: '0' },
      { line_no: 2, account: '401000', debit: '0', credit: amount },
    ],
  };
}

/** An envelope of spec 02 around a payload. */
export function glEvent<Name extends GlEvent['event']>(
  context: RequestContext,
  event: Name,
  payload: Extract<GlEvent, { event: Name }>['payload'],
  more: Partial<Pick<GlEvent, 'entity_id' | 'timestamp' | 'id'>> = {},
): GlEvent {
  return {
    event,
    tenant_id: context.tenantId,
    legal_entity_id: context.legalEntityId ?? '',
    entity_id: randomUUID(),
    timestamp: '2026-01-20T08:00:00.000Z',
    correlation_id: randomUUID(),
    payload,
    ...more,
  } as GlEvent;
}
