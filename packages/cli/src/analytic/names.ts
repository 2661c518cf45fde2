import { isUuid, scopeOf } from '@prorata/platform';
import { cliProblem } from '../problems.ts';
import { everyRow, type OpenAnalytic } from './open.ts';

/*
 * People write codes, programs write ids: each command takes either. An entry is named as its journal prints it, `ACH 1`, with its date
 * behind where numbers start again.
 */

interface Named {
  readonly id: string;
}

function one<Row extends Named>(rows: readonly Row[], what: string, show: (row: Row) => object): Row {
  const [first] = rows;
  if (first === undefined) throw cliProblem('NAME_UNKNOWN', `there is no ${what}`);
  if (rows.length === 1) return first;
  throw cliProblem('NAME_AMBIGUOUS', `${rows.length} things are ${what}`, { candidates: rows.slice(0, 20).map(show) });
}

export async function axisNamed({ api, node, caller }: OpenAnalytic, name: string) {
  if (isUuid(name)) return await api.axisById(node, caller.context, name);
  const { rows } = await api.listAxes(node, caller.context, { code: name.slice(0, 64) });
  return one(rows, `axis ${name}`, ({ id, code }) => ({ id, code }));
}

/** @param axis code or id of its axis; not needed where only one dimension bears the code */
export async function dimensionNamed(open: OpenAnalytic, name: string, axis?: string) {
  const { api, node, caller } = open;
  if (isUuid(name)) return await api.dimensionById(node, caller.context, name);
  const on = axis === undefined ? {} : { axis_id: (await axisNamed(open, axis)).id };
  const { rows } = await api.listDimensions(node, caller.context, { code: name.slice(0, 64), ...on });
  return one(rows, `dimension ${name}`, ({ id, code, axis_id }) => ({ id, code, axis_id }));
}

export async function driverNamed({ api, node, caller }: OpenAnalytic, name: string) {
  if (isUuid(name)) return await api.driverById(node, caller.context, name);
  const { rows } = await api.listDrivers(node, caller.context, { code: name.slice(0, 64) });
  return one(rows, `driver ${name}`, ({ id, code }) => ({ id, code }));
}

/** The versions of a rule code, the newest first. */
export async function versionsOf({ api, node, caller }: OpenAnalytic, code: string) {
  const rows = await everyRow((page) => api.listRules(node, caller.context, { rule_code: code.slice(0, 64), ...page }));
  return rows.toSorted((a, b) => b.version - a.version);
}

/** `CODE`, `CODE@2` or an id. Without a version, the newest one; where `posted` is asked, the newest that allocates. */
export async function ruleNamed(open: OpenAnalytic, name: string, wish: { readonly posted?: boolean } = {}) {
  if (isUuid(name)) return await open.api.ruleById(open.node, open.caller.context, name);
  const [, code = name, version] = /^(.*)@([1-9]\d{0,8})$/.exec(name) ?? [];
  const versions = await versionsOf(open, code);
  const newest = version === undefined ? undefined : versions.filter((rule) => rule.version === Number(version));
  const posted = versions.filter(({ status }) => status === 'POSTED');
  // A code whose only version is a draft is named all the same: the run says what is wrong with it.
  const wanted = newest ?? (wish.posted === true && posted.length > 0 ? posted : versions);
  return one(wanted.slice(0, 1), `rule ${name}`, ({ id }) => ({ id }));
}

export async function cycleNamed({ api, node, caller }: OpenAnalytic, name: string) {
  if (isUuid(name)) return await api.cycleById(node, caller.context, name);
  const rows = await everyRow((page) => api.listCycles(node, caller.context, { code: name.slice(0, 64), ...page }));
  const newest = rows.toSorted((a, b) => b.version - a.version).slice(0, 1);
  return one(newest, `cycle ${name}`, ({ id }) => ({ id }));
}

/** `JOURNAL NUMBER`, `JOURNAL NUMBER YYYY-MM-DD` or an id. */
export async function entryNamed({ node }: OpenAnalytic, name: string): Promise<{ id: string; name: string }> {
  const { entry, listEntries } = await import('@prorata/ledger');
  const scope = scopeOf(node.operator);
  if (isUuid(name)) {
    const found = await node.db.transaction(scope, (tx) => entry(tx, name), { readOnly: true });
    if (found === undefined) throw cliProblem('NAME_UNKNOWN', `there is no entry ${name}`);
    return { id: name, name: `${found.journalCode} ${found.number}` };
  }
  const [, journal, number, date] = /^(\S+)\s+(.+?)(?:\s+(\d{4}-\d\d-\d\d))?$/.exec(name.trim()) ?? [];
  if (journal === undefined || number === undefined) {
    throw cliProblem(
      'NAME_UNKNOWN',
      `${JSON.stringify(name)} names no entry; write its journal and number, such as "ACH 1"`,
    );
  }
  const read = (tx: Parameters<typeof listEntries>[0]) => listEntries(tx, { journal, number, limit: 500 });
  const { rows } = await node.db.transaction(scope, read, { readOnly: true });
  const dated = date === undefined ? rows : rows.filter((row) => row.accounting_date === date);
  const found = one(dated, `entry ${name}`, ({ id, accounting_date, status }) => ({ id, accounting_date, status }));
  return { id: found.id, name: `${found.journal_code} ${found.entry_number}` };
}

/** The id of a posting, or an entry: then its active posting, by the rule where several hold it. */
export async function postingNamed(open: OpenAnalytic, name: string, rule?: string) {
  const { api, node, caller } = open;
  if (isUuid(name)) return await api.postingById(node, caller.context, name);
  const source = await entryNamed(open, name);
  const by = rule === undefined ? {} : { allocation_rule_id: (await ruleNamed(open, rule, { posted: true })).id };
  const rows = await everyRow((page) =>
    api.listPostings(node, caller.context, { source_entry_id: source.id, ...by, ...page }),
  );
  const active = rows.filter(({ status }) => status === 'ACTIVE');
  // An entry whose postings were all taken back: the last one can still be explained.
  const wanted = active.length > 0 ? active : rows.filter(({ kind }) => kind === 'ORIGINAL').slice(-1);
  return one(wanted, `posting of the entry ${source.name}`, ({ id, allocation_rule_id, period_month }) => ({
    ...{ id, allocation_rule_id, period_month },
  }));
}
