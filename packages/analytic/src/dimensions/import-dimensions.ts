import { type Tx, uuidv7, type WriteAnswer, type WriteRecord } from '@prorata/platform';
import { type CsvFault, readCsv, refuseFaults } from '../service/csv.ts';
import { type AnalyticNode, type Caller, change } from '../service/node.ts';
import { CODE_PATTERN } from '../service/schema.ts';
import * as sql from './dimensions.sql.ts';

/** One row of a file of dimensions. What is undefined stays as it is; `parent` null makes a root. */
export interface DimensionRowGiven {
  /** Place in the file, for refusals. */
  readonly line: number;
  readonly axis: string;
  readonly code: string;
  readonly parent?: string | null | undefined;
  readonly name?: string | null | undefined;
}

export interface DimensionsImported {
  readonly rows: number;
  readonly axes: {
    readonly axis: string;
    readonly created: number;
    readonly changed: number;
    readonly unchanged: number;
  }[];
}

interface Kept {
  readonly id: string;
  readonly axis_id: string;
  readonly parent_id: string | null;
  readonly code: string;
  readonly name_source: string | null;
  readonly is_active: boolean;
  readonly name_i18n_key: string;
}

/** The tree of one axis while a file changes it, by code. */
interface Tree {
  readonly axis: { readonly id: string; readonly code: string };
  readonly kept: ReadonlyMap<string, Kept>;
  readonly codes: ReadonlyMap<string, string>;
  readonly given: ReadonlyMap<string, DimensionRowGiven>;
  readonly rows: readonly DimensionRowGiven[];
}

/**
 * Brings dimensions in line with a file: what is new is created, what has another name or parent is changed, what the file does not name
 * stays. All rows or none; parents may stand below their children. The same file again changes nothing.
 *
 * @throws Problem `CSV_INVALID` with every row at fault
 */
export async function importDimensionRows(
  node: AnalyticNode,
  caller: Caller,
  rows: readonly DimensionRowGiven[],
): Promise<WriteAnswer<DimensionsImported>> {
  return await change(node, caller, { action: 'analytic.dimension.import', payload: { rows } }, async (tx, record) => {
    refuseFaults(rows.flatMap(shapeFault));
    const trees = await treesOf(tx, rows);
    refuseFaults(trees.flatMap(treeFaults));
    const axes: DimensionsImported['axes'] = [];
    for (const tree of trees) axes.push(await apply(tx, record, caller, tree));
    return { status: 200, body: { rows: rows.length, axes } };
  });
}

/**
 * The same from the text of a CSV file: `axis`, `code`, and `parent` and `name` where it has them. An empty parent makes a root, an empty
 * name takes the name away.
 *
 * @throws Problem `CSV_INVALID`
 */
export async function importDimensionCsv(
  node: AnalyticNode,
  caller: Caller,
  csv: string,
): Promise<WriteAnswer<DimensionsImported>> {
  const rows = readCsv(csv, ['axis', 'code'], ['parent', 'name']).map(({ line, values }): DimensionRowGiven => {
    const [axis = '', code = '', parent, name] = values;
    return { line, axis, code, parent: parent === '' ? null : parent, name: name === '' ? null : name };
  });
  refuseFaults(rows.length === 0 ? [{ line: 2, message: 'the file has no rows' }] : []);
  return await importDimensionRows(node, caller, rows);
}

const CODE = new RegExp(CODE_PATTERN);

function shapeFault({ line, axis, code, name }: DimensionRowGiven): CsvFault[] {
  if (axis === '') return [{ line, message: 'the axis is missing' }];
  if (!CODE.test(code)) {
    return [{ line, message: `${JSON.stringify(code.slice(0, 80))} is no code: letters, digits and _.:/- only` }];
  }
  if (name !== undefined && name !== null && name.length > 500) {
    return [{ line, message: 'the name has more than 500 characters' }];
  }
  return [];
}

async function treesOf(tx: Tx, rows: readonly DimensionRowGiven[]): Promise<Tree[]> {
  const byAxis = Map.groupBy(rows, (row) => row.axis);
  const axes = await tx.query<{ id: string; code: string; is_active: boolean }>(sql.AXES_OF_CODES, [
    [...byAxis.keys()],
  ]);
  const active = new Map(axes.filter(({ is_active }) => is_active).map((axis) => [axis.code, axis]));
  const known = new Set(axes.map(({ code }) => code));
  refuseFaults(
    rows
      .filter(({ axis }) => !active.has(axis))
      .map(({ line, axis }) => ({
        line,
        message: known.has(axis) ? `the axis ${axis} is not active` : `no axis ${axis}`,
      })),
  );
  const kept = Map.groupBy(await tx.query<Kept>(sql.OF_AXES, [axes.map(({ id }) => id)]), (row) => row.axis_id);
  return [...active.values()].map((axis) => ({
    axis,
    kept: new Map((kept.get(axis.id) ?? []).map((row) => [row.code, row])),
    codes: new Map((kept.get(axis.id) ?? []).map((row) => [row.id, row.code])),
    given: new Map((byAxis.get(axis.code) ?? []).map((row) => [row.code, row])),
    rows: byAxis.get(axis.code) ?? [],
  }));
}

function treeFaults(tree: Tree): CsvFault[] {
  const twice = tree.rows.filter((row) => tree.given.get(row.code) !== row);
  if (twice.length > 0) return twice.map(({ line, code }) => ({ line, message: `${code} stands twice` }));
  return [...tree.given.values()].flatMap((row) => {
    const { line, parent } = row;
    if (typeof parent === 'string' && !tree.given.has(parent) && !tree.kept.has(parent)) {
      return [{ line, message: `no dimension ${parent} on the axis ${row.axis}` }];
    }
    return loops(tree, row.code) ? [{ line, message: `${row.code} would lie below itself` }] : [];
  });
}

/** The parent that a dimension has once the file is in. */
function parentOf({ given, kept, codes }: Tree, code: string): string | null {
  const told = given.get(code)?.parent;
  if (told !== undefined) return told;
  const id = kept.get(code)?.parent_id ?? null;
  return id === null ? null : (codes.get(id) ?? null);
}

function loops(tree: Tree, code: string): boolean {
  const seen = new Set<string>();
  for (let at: string | null = code; at !== null; at = parentOf(tree, at)) {
    if (seen.has(at)) return at === code;
    seen.add(at);
  }
  return false;
}

async function apply(tx: Tx, record: WriteRecord, caller: Caller, tree: Tree) {
  const ids = new Map([...tree.kept].map(([code, { id }]) => [code, id]));
  const counts = { created: 0, changed: 0, unchanged: 0 };
  for (const code of parentsFirst(tree)) {
    const parent = parentOf(tree, code);
    const parentId = parent === null ? null : (ids.get(parent) ?? null);
    const what = await put(tx, record, caller, tree, code, parentId, ids);
    counts[what] += 1;
  }
  return { axis: tree.axis.code, ...counts };
}

/** The codes that the file names, each after its parent. */
function parentsFirst(tree: Tree): string[] {
  const ordered = new Set<string>();
  const visit = (code: string): void => {
    if (ordered.has(code)) return;
    const parent = parentOf(tree, code);
    if (parent !== null && tree.given.has(parent)) visit(parent);
    ordered.add(code);
  };
  for (const code of tree.given.keys()) visit(code);
  return [...ordered];
}

async function put(
  tx: Tx,
  record: WriteRecord,
  caller: Caller,
  { axis, kept, given }: Tree,
  code: string,
  parentId: string | null,
  ids: Map<string, string>,
): Promise<'created' | 'changed' | 'unchanged'> {
  const { countryCode, userId } = caller.context;
  const before = kept.get(code);
  const told = given.get(code)?.name;
  const name = told === undefined ? (before?.name_source ?? null) : told;
  if (before === undefined) {
    const id = uuidv7();
    const key = `erp.analytic.dimension.${id}.name`;
    await tx.query(sql.INSERT, [id, countryCode, axis.id, parentId, code, key, name, userId]);
    ids.set(code, id);
    record.audit({ subject: 'dimension', subjectId: id, details: { axis: axis.code, code, parent_id: parentId } });
    const payload = { axis_id: axis.id, code, name_key: key, parent_id: parentId };
    record.emit({ event: 'ANALYTIC.DIMENSION.CREATED', entity_id: id, payload });
    return 'created';
  }
  if (before.name_source === name && before.parent_id === parentId) return 'unchanged';
  const { id, is_active, name_i18n_key: name_key } = before;
  await tx.query(sql.UPDATE, [id, name, is_active, parentId, userId]);
  record.audit({ subject: 'dimension', subjectId: id, details: { name_source: name, parent_id: parentId } });
  const payload = { axis_id: axis.id, code, name_key, parent_id: parentId, is_active };
  record.emit({ event: 'ANALYTIC.DIMENSION.UPDATED', entity_id: id, payload });
  return 'changed';
}
