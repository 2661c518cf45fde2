import { type App, sendWritten } from '@prorata/platform';
import { withDescriptions } from '../service/names.ts';
import type { AnalyticNode } from '../service/node.ts';
import { BASE, callerOf, expectedVersion, READERS, sendVersioned, WRITERS } from '../service/routes.ts';
import { IdPath, refusals } from '../service/schema.ts';
import { NewRule, NewVersion, Rule, RuleChange, RulePage, RuleQuery, RuleReplacement } from './rules.schema.ts';
import { changeRule, createRule, createVersion, listRules, postRule, ruleById } from './rules.ts';

const about = (operationId: string, summary: string) => ({ tags: ['allocation rules'], operationId, summary });
const RULES = `${BASE}/allocation-rules`;

export function ruleRoutes(app: App, node: AnalyticNode): void {
  app.post(
    RULES,
    {
      config: WRITERS,
      schema: {
        ...about('createRule', 'Store a draft; send an Idempotency-Key, so that a repetition changes nothing'),
        body: NewRule,
        response: { 201: Rule, ...refusals },
      },
    },
    async (request, reply) => sendWritten(reply, await createRule(node, callerOf(request), request.body)),
  );
  app.get(
    RULES,
    {
      config: READERS,
      schema: { ...about('listRules', 'Rules'), querystring: RuleQuery, response: { 200: RulePage, ...refusals } },
    },
    async (request, reply) => {
      const page = await listRules(node, request.context, request.query);
      return reply.send({ ...page, rows: await withDescriptions(node, request, reply, page.rows) });
    },
  );
  app.get(
    `${RULES}/:id`,
    {
      config: { ...READERS, version: 'answered' },
      schema: { ...about('rule', 'One version of a rule'), params: IdPath, response: { 200: Rule, ...refusals } },
    },
    async (request, reply) => {
      const rule = await ruleById(node, request.context, request.params.id);
      const [told = rule] = await withDescriptions(node, request, reply, [rule]);
      return sendVersioned(request, reply, rule.revision, told);
    },
  );
  changeRoutes(app, node);
}

function changeRoutes(app: App, node: AnalyticNode): void {
  app.put(
    `${RULES}/:id`,
    {
      config: { ...WRITERS, version: 'matched' },
      schema: {
        ...about('replaceRule', 'Replace a draft; a posted rule is refused'),
        params: IdPath,
        body: RuleReplacement,
        response: { 200: Rule, ...refusals },
      },
    },
    async (request, reply) => {
      const input = { description_source: null, ...request.body };
      const expected = expectedVersion(request);
      return sendWritten(reply, await changeRule(node, callerOf(request), request.params.id, input, expected));
    },
  );
  app.patch(
    `${RULES}/:id`,
    {
      config: { ...WRITERS, version: 'matched' },
      schema: {
        ...about('changeRule', 'Change a draft; a posted rule is refused'),
        params: IdPath,
        body: RuleChange,
        response: { 200: Rule, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const expected = expectedVersion(request);
      return sendWritten(reply, await changeRule(node, callerOf(request), id, request.body, expected));
    },
  );
  app.post(
    `${RULES}/:id/post`,
    {
      config: { ...WRITERS, version: 'matched' },
      schema: {
        ...about('postRule', 'Post a draft: it allocates and never changes'),
        params: IdPath,
        response: { 200: Rule, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      return sendWritten(reply, await postRule(node, callerOf(request), id, expectedVersion(request)));
    },
  );
  app.post(
    `${RULES}/:id/versions`,
    {
      config: WRITERS,
      schema: {
        ...about('createVersion', 'Make the next version of a posted rule, as a draft'),
        params: IdPath,
        body: NewVersion,
        response: { 201: Rule, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      return sendWritten(reply, await createVersion(node, callerOf(request), id, request.body));
    },
  );
}
