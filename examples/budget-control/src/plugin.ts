import type { Plugin, PluginRoute } from '@prorata/platform';
import { Type } from 'typebox';
import { writeUnits } from './amounts.ts';
import { adopt, linesOf, told, versions } from './budgets.ts';
import { tellOverruns } from './overruns.ts';
import { type ReportQuery, report, reportCsv } from './report.ts';

const Code = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}$' });
const Month = Type.String({ pattern: '^[12][0-9]{3}-(0[1-9]|1[0-2])$' });
const Uuid = Type.String({ format: 'uuid' });
const Decimal = Type.String();

const READERS = ['budget.reader', 'budget.controller'];
const CONTROLLERS = ['budget.controller'];

const Version = Type.Object({
  id: Uuid,
  code: Code,
  version: Type.Integer(),
  axis: Code,
  lines: Type.Integer(),
  total: Decimal,
});
const Row = Type.Object({
  dimension: Code,
  month: Month,
  original: Decimal,
  final: Decimal,
  actual: Decimal,
  difference: Decimal,
  percent: Type.Union([Decimal, Type.Null()]),
  overrun: Type.Boolean(),
});

const adoptBudget: PluginRoute = {
  method: 'POST',
  path: '/budgets/:code/versions',
  operationId: 'adopt',
  summary: 'Take a budget file (dimension, month, amount) as the next version; the same content changes nothing',
  roles: CONTROLLERS,
  upload: { maxBytes: 4 * 1024 * 1024 },
  schema: { params: Type.Object({ code: Code }), querystring: Type.Object({ axis: Code }) },
  response: Type.Object({ ...Version.properties, adopted: Type.Boolean() }),
  async run(handle, { params, query, text }) {
    return await adopt(handle, { code: params.code ?? '', axis: String(query.axis) }, await text());
  },
};

const listBudgets: PluginRoute = {
  method: 'GET',
  path: '/budgets',
  operationId: 'list',
  summary: 'Every version of every budget',
  roles: READERS,
  response: Type.Object({ rows: Type.Array(Version) }),
  async run(handle) {
    return { body: { rows: (await handle.read((tx) => versions(tx, null))).map(told) } };
  },
};

const reportBudget: PluginRoute = {
  method: 'GET',
  path: '/budgets/:code/report',
  operationId: 'report',
  summary: 'Original and final budget against what the axis bears, with overruns in amounts and percent',
  roles: READERS,
  schema: {
    params: Type.Object({ code: Code }),
    querystring: Type.Object({
      from: Month,
      to: Month,
      version: Type.Optional(Type.Integer({ minimum: 1 })),
      format: Type.Optional(Type.Enum(['json', 'csv'])),
    }),
  },
  response: Type.Object({
    budget: Version,
    original_version: Type.Integer(),
    currency: Type.String(),
    rows: Type.Array(Row),
    overruns: Type.Integer(),
    total: Type.Object({ original: Decimal, final: Decimal, actual: Decimal, overrun: Decimal }),
  }),
  async run(handle, { params, query }) {
    const { format, ...asked } = query as Omit<ReportQuery, 'code'> & { readonly format?: 'json' | 'csv' };
    const found = await report(handle, { ...asked, code: params.code ?? '' });
    return format === 'csv' ? { body: reportCsv(found), type: 'text/csv' } : { body: found };
  },
};

const checkMonth: PluginRoute = {
  method: 'POST',
  path: '/checks/:month',
  operationId: 'check',
  summary: 'Look at a month of every budget now, and tell each overrun that is new or has grown',
  roles: CONTROLLERS,
  schema: { params: Type.Object({ month: Month }) },
  response: Type.Object({ rows: Type.Array(Type.Object({ ...Row.properties, code: Code })) }),
  async run(handle, { params }) {
    const month = params.month ?? '';
    return await handle.write({ action: 'check', payload: { month } }, async (tx, record) => {
      return { status: 200, body: { rows: await tellOverruns(handle, tx, record, month) } };
    });
  },
};

const plugin: Plugin = {
  routes: [adoptBudget, listBudgets, reportBudget, checkMonth],
  drivers: {
    BUDGET_SHARE: {
      summary: 'Splits by what is budgeted for the month, of the newest budget on the axis',
      async compute(handle, { month, axis }) {
        const lines = await handle.read(async (tx) => {
          const newest = (await versions(tx, null)).filter((version) => version.axis === axis).at(-1);
          return newest === undefined ? [] : await linesOf(tx, newest.id, month, month);
        });
        const budgeted = lines.filter(({ amount }) => amount > 0n);
        if (budgeted.length > 0) {
          return budgeted.map(({ dimension, amount }) => ({ dimension, weight: writeUnits(amount) }));
        }
        throw handle.refuse('BUDGET_UNKNOWN', `nothing is budgeted for ${month} on the axis ${axis}`);
      },
    },
  },
  async on(event, tx, record, handle) {
    const { month } = (event.payload as { result_summary: { month: string } }).result_summary;
    await tellOverruns(handle, tx, record, month);
  },
};

export default plugin;
