import type { Company } from './test-service.ts';

/** Creates an axis with its dimensions; `PARENT>CHILD` puts a dimension below another. Answers the ids by code. */
export async function makeAxis(company: Company, code: string, dimensions: readonly string[]) {
  const axis = await company.ask('POST', 'axes', { code });
  const id = String(axis.body.id);
  const ids = new Map<string, string>();
  for (const written of dimensions) {
    const [parent, child] = written.includes('>') ? written.split('>') : [undefined, written];
    const parentId = parent === undefined ? null : ids.get(parent);
    const answer = await company.ask('POST', 'dimensions', { axis_id: id, code: child, parent_id: parentId });
    if (answer.status !== 201) throw new Error(`dimension ${written}: ${answer.text}`);
    ids.set(child ?? '', String(answer.body.id));
  }
  return { id, code, dimensions: ids };
}

/** Stores and posts a rule; answers its id. */
export async function makeRule(company: Company, code: string, rule: object, post = true): Promise<string> {
  const draft = await company.ask('POST', 'allocation-rules', {
    rule_code: code,
    rule: { schema: 'prorata.allocation-rule/1', ...rule },
  });
  if (draft.status !== 201) throw new Error(`rule ${code}: ${draft.text}`);
  const id = String(draft.body.id);
  if (post) {
    const posted = await company.ask('POST', `allocation-rules/${id}/post`);
    if (posted.status !== 200) throw new Error(`rule ${code}: ${posted.text}`);
  }
  return id;
}
