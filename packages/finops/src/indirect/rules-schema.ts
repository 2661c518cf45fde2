import { IndirectRulesSchema } from './rule-document.ts';

/** The JSON Schema of a rules file, as other tools take it. */
export function rulesSchemaText(): string {
  const document = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:prorata:indirect-rules:1',
    title: 'Indirect rules of an entity, prorata.indirect-rules/1',
    ...IndirectRulesSchema,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
