import { basename } from 'node:path';
import { type RequestContext, writePath } from '@prorata/platform';
import { digestFile, withPrivateFolder } from '../import/source-file.ts';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import { type EntityNode, workFolder } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import { REFERENCE_KINDS, type ReferenceKind } from './kinds.ts';
import { mergeReferences } from './merge-references.ts';
import { readReferenceFile, referencesInvalid } from './reference-file.ts';
import { groupCodes, referenceBook, writeReferences } from './write-references.ts';

export interface ReferencesInput {
  readonly path: string;
  readonly name?: string;
}

export interface ReferenceOptions {
  readonly context?: RequestContext;
  readonly idempotencyKey?: string | undefined;
}

/** What an import did. The same file again changes nothing and says so. */
export interface ReferencesImported {
  readonly file: string;
  readonly sha256: string;
  readonly rows: number;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  /** How many of each kind were added or changed. */
  readonly kinds: Readonly<Record<ReferenceKind, number>>;
}

/**
 * Takes a file of references into those of the entity: all of it, or nothing and every fault with its place. What the file
 * does not name stays as it is; nothing is deleted.
 *
 * @throws Problem `REFERENCES_FILE_INVALID`, `EMPTY_FILE`, and those of reading a table
 */
export async function importReferences(
  entity: EntityNode,
  input: ReferencesInput,
  options: ReferenceOptions = {},
): Promise<ReferencesImported> {
  const name = input.name ?? basename(input.path);
  const lines = await readReferenceFile(entity, input.path, name);
  if (lines.length === 0) throw finopsProblem('EMPTY_FILE', `${name} names no reference`);
  const sha256 = await digestFile(input.path);
  const context = options.context ?? entity.operator;
  const request = {
    action: 'finops.references.import',
    method: 'POST',
    route: '/api/finops/references/imports',
    payload: { sha256 },
    idempotencyKey: options.idempotencyKey,
  };
  const answer = await withPrivateFolder(workFolder(entity.dir), () =>
    writePath<ReferencesImported>(entity.db, context, request, async (tx, record) => {
      await tx.query(LOCK_ENTITY);
      const key = [entity.scope.tenantId, entity.scope.legalEntityId] as const;
      const before = await referenceBook(tx, key);
      const { changed, faults } = mergeReferences(lines, before, await groupCodes(tx, key));
      if (faults.length > 0) throw referencesInvalid(name, faults);
      await writeReferences(tx, key, context, changed, before);
      const added = changed.filter((one) => !before[one.kind].has(one.code)).length;
      const kinds = Object.fromEntries(
        REFERENCE_KINDS.map((kind) => [kind, changed.filter((one) => one.kind === kind).length]),
      ) as Record<ReferenceKind, number>;
      const counts = { added, changed: changed.length - added, unchanged: lines.length - changed.length, kinds };
      const body = { file: name, sha256, rows: lines.length, ...counts };
      record.audit({ subject: 'references', subjectId: sha256, details: body });
      if (changed.length > 0) {
        record.emit({ event: 'FINOPS.REFERENCES.CHANGED', entity_id: sha256, payload: { ...counts } });
      }
      return { status: changed.length > 0 ? 201 : 200, body };
    }),
  );
  return answer.body;
}
