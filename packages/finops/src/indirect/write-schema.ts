import { writeFile } from 'node:fs/promises';
import { rulesSchemaText } from './rules-schema.ts';

await writeFile(new URL('../../schema/indirect-rules-1.schema.json', import.meta.url), rulesSchemaText());
