import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { TSchema } from 'typebox';

/** What an event means and what it carries. */
export interface EventDeclaration {
  /** One sentence for whoever receives it. */
  readonly summary: string;
  /** What `entity_id` of the envelope is the id of; events of one such thing come in their order. */
  readonly about: string;
  /** JSON Schema of `payload`. */
  readonly payload: TSchema;
}

export type EventCatalogue = Readonly<Record<string, EventDeclaration>>;

/** An event as a test finds it in the outbox. */
export interface DeclaredEvent {
  readonly event: string;
  readonly payload: unknown;
}

/**
 * Declares the events of a package: what is emitted, documented (docs/contracts/asyncapi.yaml) and sent, in one table.
 *
 * @throws RangeError for a name that the outbox would refuse
 */
export function defineEvents<const Catalogue extends EventCatalogue>(catalogue: Catalogue): Catalogue {
  for (const name of Object.keys(catalogue)) {
    if (!/^[A-Z][A-Z0-9_]*([.][A-Z][A-Z0-9_]*)+$/.test(name)) throw new RangeError(`${name} is no name of an event`);
  }
  return catalogue;
}

/** How events differ from what their catalogue declares: one line for each that is unknown or carries something else. */
export function eventFaults(catalogue: EventCatalogue, events: readonly DeclaredEvent[]): string[] {
  const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: true });
  (formats as unknown as typeof formats.default)(ajv);
  const checks = new Map<string, ValidateFunction>();
  return events.flatMap(({ event, payload }) => {
    const declared = Object.hasOwn(catalogue, event) ? catalogue[event] : undefined;
    if (declared === undefined) return [`${event} is not declared`];
    const check = checks.get(event) ?? ajv.compile(declared.payload);
    checks.set(event, check);
    if (check(payload)) return [];
    return (check.errors ?? []).map(
      (fault) => `${event} /payload${fault.instancePath} ${fault.message} ${JSON.stringify(fault.params)}`,
    );
  });
}
