import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileWhole } from '@prorata/platform';
import { parseDocument } from 'yaml';
import { APPLICATION_KEY_TYPO, VALUE_TYPOS } from './tagging.ts';

/**
 * Edits the mapping of a sample entity as its operator would: the misspellings found in the bills become explicit rules.
 * Comments and everything else in the file stay.
 */
export async function repairTypos(entityDir: string): Promise<void> {
  const path = join(entityDir, 'mapping.yaml');
  const before = await readFile(path, 'utf8');
  const document = parseDocument(before);
  document.setIn(['application', 'aliases'], document.createNode(VALUE_TYPOS));
  document.setIn(['tag_aliases'], document.createNode({ [APPLICATION_KEY_TYPO]: 'application' }));
  const after = document.toString({ lineWidth: 0 });
  if (after !== before) await writeFileWhole(path, after);
}
