import { writeFile } from 'node:fs/promises';
import { contractDocuments } from './documents.ts';

// `node packages/contract/src/documents/write.ts` after a change of the contract; a test fails until it was run.
for (const { url, content } of contractDocuments()) await writeFile(url, content);
