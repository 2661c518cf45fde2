import { canonicalJson, ruleDigest, runCycle as solve } from '@prorata/allocation';
import { type RequestContext, type Tx, uuidv7, type WriteAnswer } from '@prorata/platform';
import { Value } from 'typebox/value';
import { analyticProblem } from '../problems.ts';
import { type AnalyticNode, type Caller, change, found, read } from '../service/node.ts';
import { afterId, PAGE_ROWS, type Page, pageOf } from '../service/page.ts';
import { type CycleAnswer, CycleDefinition, type CycleQuery, type NewCycle } from './cycles.schema.ts';
import * as sql from './cycles.sql.ts';

export type CycleRow = Omit<CycleAnswer, 'created_at'> & { readonly created_at: Date };

function tellCycle(row: CycleRow): CycleAnswer {
  const definition = JSON.parse(canonicalJson(row.definition));
  return { ...row, definition, created_at: row.created_at.toISOString() };
}

/** A definition from a file, checked as HTTP checks it. @throws Problem `CYCLE_INVALID` */
export function checkCycleDefinition(definition: unknown): CycleDefinition {
  const unknown = Object.keys(Object(definition)).filter((name) => !Object.hasOwn(CycleDefinition.properties, name));
  const errors = [
    ...unknown.map((name) => ({ pointer: `/${name}`, message: 'is not a known field' })),
    ...Value.Errors(CycleDefinition, definition).map(({ instancePath, message }) => ({
      pointer: instancePath,
      message,
    })),
  ];
  const [first] = errors;
  if (first === undefined && Value.Check(CycleDefinition, definition)) return definition;
  throw analyticProblem('CYCLE_INVALID', `definition ${first?.pointer ?? ''} ${first?.message ?? ''}`, { errors });
}

/** What the engine takes: a definition, and what each centre costs before. */
export function cycleInput(definition: CycleDefinition, costs: ReadonlyMap<string, bigint>) {
  const { method, service, operating, services, order } = definition;
  return {
    method,
    service,
    operating,
    costs,
    services: new Map(Object.entries(services).map(([from, given]) => [from, new Map(Object.entries(given))])),
    ...(order === undefined ? {} : { order }),
  };
}

/**
 * Tries a cycle on costs of one in each service centre, so that one that serves nobody or could never be emptied is refused before
 * there is any money in it. The order of a step-down that follows the amounts is not known before: there, a way out is enough.
 */
function tryCycle(definition: CycleDefinition): void {
  const { method, service, order } = definition;
  const input = cycleInput(definition, new Map(service.map((centre) => [centre, 1n])));
  solve(method === 'step-down' && order === undefined ? { ...input, method: 'reciprocal' } : input);
}

/**
 * Stores a cycle, or the next version of its code.
 *
 * @throws Problem `CYCLE_INVALID`, `REFERENCE_UNKNOWN`, `REFERENCE_INACTIVE`, `CODE_TAKEN` by one in other capitals
 */
export async function createCycle(
  node: AnalyticNode,
  caller: Caller,
  input: NewCycle,
): Promise<WriteAnswer<CycleAnswer>> {
  const { context } = caller;
  return await change(node, caller, { action: 'analytic.cycle.create', payload: input }, async (tx, record) => {
    const { code, axis_id, name_source = null, definition } = input;
    await centreIds(tx, axis_id, definition);
    tryCycle(definition);
    await tx.query(sql.LOCK_CODE, [code]);
    const [other] = await tx.query<{ id: string; code: string }>(sql.OTHER_CAPITALS, [code]);
    if (other !== undefined) throw analyticProblem('CODE_TAKEN', `there is a cycle ${other.code}`, { id: other.id });
    const id = uuidv7();
    const key = `erp.analytic.cycle.${id}.name`;
    const digest = ruleDigest(definition);
    const stored = [JSON.stringify(definition), digest, context.userId];
    const values = [id, context.countryCode, code, axis_id, key, name_source, ...stored];
    const row = found(await tx.query<CycleRow>(sql.INSERT, values), id);
    const { version } = row;
    record.audit({ subject: 'cycle', subjectId: id, details: { code, version, digest } });
    record.emit({
      event: 'ANALYTIC.CYCLE.CREATED',
      entity_id: id,
      payload: { code, version, axis_id, digest, name_key: key },
    });
    return { status: 201, body: tellCycle(row) };
  });
}

/** The ids of a cycle's centres by code. @throws Problem `REFERENCE_UNKNOWN`, `REFERENCE_INACTIVE` */
export async function centreIds(tx: Tx, axisId: string, definition: CycleDefinition): Promise<Map<string, string>> {
  type Row = { id: string | null; code: string | null; is_active: boolean | null; axis: string };
  const codes = [...definition.service, ...definition.operating];
  const rows = await tx.query<Row>(sql.DIMENSIONS, [axisId, codes]);
  const axis = rows[0]?.axis;
  if (axis === undefined)
    throw analyticProblem('REFERENCE_UNKNOWN', `there is no axis ${axisId}`, { pointer: '/axis_id' });
  const known = new Map(rows.flatMap(({ id, code }) => (id === null || code === null ? [] : [[code, id] as const])));
  const unknown = codes.find((code) => !known.has(code));
  if (unknown !== undefined) {
    const pointer = definition.service.includes(unknown) ? '/definition/service' : '/definition/operating';
    throw analyticProblem('REFERENCE_UNKNOWN', `there is no dimension ${unknown} on ${axis}`, { pointer });
  }
  const inactive = rows.flatMap(({ code, is_active }) => (is_active === false ? [{ axis, dimension: code }] : []));
  if (inactive.length > 0) {
    const named = inactive.map(({ dimension }) => dimension).join(', ');
    throw analyticProblem('REFERENCE_INACTIVE', `not active on ${axis}: ${named}`, { inactive });
  }
  return known;
}

/** @throws Problem `NOT_FOUND` */
export async function cycleById(node: AnalyticNode, context: RequestContext, id: string): Promise<CycleAnswer> {
  const rows = await read(node, context, (tx) => tx.query<CycleRow>(sql.BY_ID, [id]));
  return tellCycle(found(rows, `there is no cycle ${id}`));
}

export async function listCycles(
  node: AnalyticNode,
  context: RequestContext,
  query: CycleQuery,
): Promise<Page<CycleAnswer>> {
  const { limit = PAGE_ROWS, code = null } = query;
  const rows = await read(node, context, (tx) => tx.query<CycleRow>(sql.LIST, [afterId(query.after), code, limit + 1]));
  return pageOf(rows.map(tellCycle), limit);
}
