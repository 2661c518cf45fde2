import type { App } from '@prorata/platform';
import type { EntityNode } from '../node/entity.ts';
import { actualView, saveActualView } from '../pricing/actual.ts';
import { clearCalendar, readCalendar, setCalendar } from '../pricing/calendar.ts';
import { compareMonths, compareViews, whatIf } from '../pricing/compare.ts';
import { importPrices } from '../pricing/import-prices.ts';
import { viewLabel } from '../pricing/view-name.ts';
import { archiveView, listViews, publishView, showView } from '../pricing/views.ts';
import { answered } from './answered.ts';
import { answers, asker, describedAs, takes } from './described.ts';
import { NoQuery } from './finops.schema.ts';
import * as schema from './pricing.schema.ts';
import { ANALYSTS, CONTROLLERS, READERS } from './roles.ts';
import { withUpload } from './uploaded.ts';

const MOST_UPLOAD_BYTES = 64 * 1024 ** 2;
const said = describedAs('prices');

/** Pricing Views: analysts bring lists in, controllers publish them and say which month they value. */
export function pricingRoutes(app: App, entity: EntityNode): void {
  viewRoutes(app, entity);
  statusRoutes(app, entity);
  calendarRoutes(app, entity);
  comparisonRoutes(app, entity);
  actualRoutes(app, entity);
}

function viewRoutes(app: App, entity: EntityNode): void {
  app.get(
    '/api/finops/prices',
    {
      config: READERS,
      schema: {
        ...said('listPricingViews', 'All versions of all Pricing Views, or of one'),
        querystring: schema.ViewsQuery,
        response: answers(schema.ViewList),
      },
    },
    async (request) => answered(await listViews(entity, request.query.view)),
  );
  app.get(
    '/api/finops/prices/:code/:version',
    {
      config: READERS,
      schema: {
        ...said('pricingView', 'A version of a Pricing View with its prices'),
        params: schema.ViewPath,
        response: answers(schema.ViewAnswer),
      },
    },
    async (request) => answered(await showView(entity, viewLabel(request.params))),
  );
  app.post(
    '/api/finops/prices',
    {
      config: { ...ANALYSTS, upload: { maxBytes: MOST_UPLOAD_BYTES } },
      schema: {
        ...said('importPrices', 'Take a price list (CSV, Parquet, JSON) as a draft of a Pricing View'),
        querystring: schema.ImportQuery,
        response: takes(schema.ImportAnswer),
      },
    },
    async (request, reply) => {
      const { view, currency, valid_from: validFrom, valid_to: validTo, name = 'upload' } = request.query;
      return await withUpload(entity, request, async (path) => {
        const input = { path, name, view, currency, validFrom, validTo };
        const answer = await importPrices(entity, input, asker(request));
        return reply.code(answer.imported ? 201 : 200).send(answered(answer));
      });
    },
  );
}

function statusRoutes(app: App, entity: EntityNode): void {
  for (const [verb, change, summary] of [
    ['publish', publishView, 'Publish a draft: it never changes again'],
    ['archive', archiveView, 'Archive a published version: it values no new month'],
  ] as const) {
    app.post(
      `/api/finops/prices/:code/:version/${verb}`,
      {
        config: CONTROLLERS,
        schema: {
          ...said(`${verb}PricingView`, summary),
          params: schema.ViewPath,
          response: answers(schema.ViewChange),
        },
      },
      async (request) => {
        return answered(await change(entity, viewLabel(request.params), asker(request)));
      },
    );
  }
}

function calendarRoutes(app: App, entity: EntityNode): void {
  app.get(
    '/api/finops/prices/calendar',
    {
      config: READERS,
      schema: {
        ...said('pricingCalendar', 'Which Pricing View values which month'),
        querystring: NoQuery,
        response: answers(schema.CalendarAnswer),
      },
    },
    async () => answered(await readCalendar(entity)),
  );
  app.put(
    '/api/finops/prices/calendar/:month',
    {
      config: CONTROLLERS,
      schema: {
        ...said('setPricingCalendar', 'Give a month to a published Pricing View'),
        params: schema.MonthPath,
        body: schema.CalendarBody,
        response: answers(schema.CalendarChange),
      },
    },
    async (request) => {
      const { params, body } = request;
      return answered(await setCalendar(entity, params.month, body.view, asker(request)));
    },
  );
  app.delete(
    '/api/finops/prices/calendar/:month',
    {
      config: CONTROLLERS,
      schema: {
        ...said('clearPricingCalendar', 'Leave a month to the latest published Pricing View that is valid for it'),
        params: schema.MonthPath,
        response: answers(schema.CalendarChange),
      },
    },
    async (request) => {
      const { params } = request;
      return answered(await clearCalendar(entity, params.month, asker(request)));
    },
  );
}

function comparisonRoutes(app: App, entity: EntityNode): void {
  app.get(
    '/api/finops/prices/comparison',
    {
      config: READERS,
      schema: {
        ...said('comparePricingViews', 'What other prices do to a month: its quantities under two Pricing Views'),
        querystring: schema.CompareViewsQuery,
        response: answers(schema.ViewComparison),
      },
    },
    async (request) => answered(await compareViews(entity, request.query)),
  );
  app.get(
    '/api/finops/prices/what-if',
    {
      config: READERS,
      schema: {
        ...said('whatIf', 'A month as it stands against the same month under another Pricing View; nothing is stored'),
        querystring: schema.WhatIfQuery,
        response: answers(schema.ViewComparison),
      },
    },
    async (request) => answered(await whatIf(entity, request.query)),
  );
  app.get(
    '/api/finops/prices/months',
    {
      config: READERS,
      schema: {
        ...said('compareMonths', 'Why a month costs more or less than another: price, volume, new, ended, other'),
        querystring: schema.CompareMonthsQuery,
        response: answers(schema.MonthComparison),
      },
    },
    async (request) => answered(await compareMonths(entity, request.query)),
  );
}

function actualRoutes(app: App, entity: EntityNode): void {
  app.get(
    '/api/finops/prices/actual',
    {
      config: READERS,
      schema: {
        ...said('actualPrices', "The prices that a month's bills come to, and what they leave"),
        querystring: schema.ActualQuery,
        response: answers(schema.ActualAnswer),
      },
    },
    async (request) => answered(await actualView(entity, request.query.month)),
  );
  app.post(
    '/api/finops/prices/actual',
    {
      config: ANALYSTS,
      schema: {
        ...said('saveActualPrices', 'Keep the actual prices of a month as a draft of a Pricing View'),
        body: schema.SaveActualBody,
        response: takes(schema.SavedView),
      },
    },
    async (request, reply) => {
      const { body } = request;
      const saved = await saveActualView(entity, body, asker(request));
      return reply.code(saved.imported ? 201 : 200).send(answered(saved));
    },
  );
}
