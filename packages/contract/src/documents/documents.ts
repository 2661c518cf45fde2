import { jsonSchemas } from './json-schemas.ts';
import { odcsDocument } from './odcs.ts';

/** The documents of the contract that other teams take, with where they stand in the package. */
export function contractDocuments(): ReadonlyArray<{ readonly url: URL; readonly content: string }> {
  const schemas = Object.entries(jsonSchemas()).map(([name, schema]) => ({
    url: new URL(`../../schemas/${name}`, import.meta.url),
    content: `${JSON.stringify(schema, null, 2)}\n`,
  }));
  const odcs = { url: new URL('../../odcs/prorata-finops-facts.yaml', import.meta.url), content: odcsDocument() };
  return [...schemas, odcs];
}
