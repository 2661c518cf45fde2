import { type App, uploadOf } from '@prorata/platform';
import { reportDiscipline } from '../discipline/discipline.ts';
import type { GroupNode } from '../node/group-node.ts';
import { listContractVersions, setContractVersion } from '../policy/contract-versions.ts';
import { changePolicy, readPolicy } from '../policy/policy.ts';
import { comparePrices, listPricingViews } from '../policy/pricing-views.ts';
import { importReferencePrices, listReferencePrices, referencePrices } from '../policy/reference-prices.ts';
import * as schema from './governance.schema.ts';
import { ADMINS, acting, described, FILE_TYPES, FILES, textOf } from './governing.ts';
import { CONSOLIDATED } from './reports.routes.ts';

const words = described.bind(null, 'group governance');

/** What the group has decided: how it takes bundles, which contract, which prices; and how entities keep to it. */
export function registerGovernanceRoutes(app: App, group: GroupNode): void {
  app.get(
    '/api/group/policy',
    {
      config: CONSOLIDATED,
      schema: { ...words('groupPolicy', 'How the group takes bundles', schema.Policy), querystring: schema.NoQuery },
    },
    async () => readPolicy(group),
  );
  app.patch(
    '/api/group/policy',
    {
      config: ADMINS,
      schema: {
        ...words('changePolicy', 'Change what is named; no stored fact changes with it', schema.Policy),
        body: schema.PolicyBody,
      },
    },
    async (request) => changePolicy(group, request.body, acting(request)),
  );
  app.get(
    '/api/group/contract-versions',
    {
      config: CONSOLIDATED,
      schema: {
        ...words(
          'groupContractVersions',
          'Versions of the contract that are taken, and until when',
          schema.ContractVersions,
        ),
        querystring: schema.NoQuery,
      },
    },
    async () => ({ rows: [...(await listContractVersions(group))] }),
  );
  app.put(
    '/api/group/contract-versions/:version',
    {
      config: ADMINS,
      schema: {
        ...words('setContractVersion', 'Say until when a version is taken; null for no end', schema.ContractVersions),
        params: schema.ContractVersionPath,
        body: schema.ContractVersionBody,
      },
    },
    async (request) => ({
      rows: [...(await setContractVersion(group, { ...request.params, ...request.body }, acting(request)))],
    }),
  );
  app.get(
    '/api/group/discipline',
    {
      config: CONSOLIDATED,
      schema: {
        ...words(
          'groupDiscipline',
          'Who published by the due day, restated, and covers how much',
          schema.DisciplineAnswer,
        ),
        querystring: schema.DisciplineQuery,
      },
    },
    async (request) => reportDiscipline(group, request.query),
  );
  priceRoutes(app, group);
}

function priceRoutes(app: App, group: GroupNode): void {
  app.get(
    '/api/group/pricing-views',
    {
      config: CONSOLIDATED,
      schema: {
        ...words('groupPricingViews', 'Pricing Views as the entities published them, by version', schema.PricingViews),
        querystring: schema.PricingViewsQuery,
      },
    },
    async (request) => ({ rows: await listPricingViews(group, request.query) }),
  );
  app.get(
    '/api/group/pricing-views/comparison',
    {
      config: CONSOLIDATED,
      schema: {
        ...words('groupPricesCompared', 'Published prices of a month side by side', schema.ComparedPrices),
        querystring: schema.ComparePricesQuery,
      },
    },
    async (request) => {
      const compared = await comparePrices(group, request.query);
      return { ...compared, missing: [...compared.missing] };
    },
  );
  app.get(
    '/api/group/reference-prices',
    {
      config: CONSOLIDATED,
      schema: {
        ...words('groupReferencePrices', 'Reference views of the group, by set, the latest first', schema.PriceSets),
        querystring: schema.NoQuery,
      },
    },
    async () => ({ rows: await listReferencePrices(group) }),
  );
  app.get(
    '/api/group/reference-prices/:price_set',
    {
      config: CONSOLIDATED,
      schema: {
        ...words('groupReferencePriceSet', 'The prices of one set', schema.PriceSet),
        params: schema.PriceSetPath,
      },
    },
    async (request) => referencePrices(group, request.params.price_set),
  );
  app.post(
    '/api/group/reference-prices',
    {
      config: FILES,
      schema: {
        ...words('importReferencePrices', 'Import the prices of a reference view (CSV)', schema.PricesImport),
        consumes: FILE_TYPES,
        querystring: schema.PricesQuery,
      },
    },
    async (request) => {
      const { name: file = 'upload', view } = request.query;
      const text = await textOf(uploadOf(request));
      return await importReferencePrices(
        group,
        { text, file, ...(view === undefined ? {} : { name: view }) },
        acting(request),
      );
    },
  );
}
