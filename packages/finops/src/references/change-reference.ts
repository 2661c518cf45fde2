import { firstDayOf, platformProblem, writePath } from '@prorata/platform';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import { tidy } from '../mapping/fold.ts';
import { didYouMean } from '../mapping/near.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import type { ReferenceOptions } from './import-references.ts';
import { isReserved, type Reference, type ReferenceKind, referenceCode } from './kinds.ts';
import { bookOf } from './merge-references.ts';
import { groupCodes, readReferences, writeReferences } from './write-references.ts';

export interface ReferenceName {
  readonly kind: ReferenceKind;
  readonly code: string;
}

/**
 * Ends a reference: `lastMonth` (YYYY-MM) is the last one in which it holds. Its facts stay, and go on being reported under its
 * name; a measurement of a later month that names it is refused, and a bill that does is taken with a warning.
 *
 * @throws Problem `REFERENCE_NOT_FOUND`, `REFERENCE_RESERVED`, `MONTH_INVALID`, `REFERENCES_FILE_INVALID` before its first month
 */
export async function deactivateReference(
  entity: EntityNode,
  name: ReferenceName,
  lastMonth: string,
  options: ReferenceOptions = {},
): Promise<Reference> {
  firstDayOf(lastMonth);
  return await change(entity, name, { action: 'deactivate', lastMonth }, options, (before) => {
    if (before.valid_from !== null && lastMonth < before.valid_from) {
      throw platformProblem(
        'MONTH_INVALID',
        `${lastMonth} is before the first month of ${before.code}, ${before.valid_from}`,
      );
    }
    return { ...before, valid_to: lastMonth };
  });
}

/** Lets a reference hold again, without a last month. @throws Problem `REFERENCE_NOT_FOUND`, `REFERENCE_RESERVED` */
export async function reactivateReference(
  entity: EntityNode,
  name: ReferenceName,
  options: ReferenceOptions = {},
): Promise<Reference> {
  return await change(entity, name, { action: 'reactivate' }, options, (before) => ({ ...before, valid_to: null }));
}

/**
 * Says which code of the group a reference stands for; null takes that back, and its own code is meant again. Applications are
 * no reference of the group: theirs may be any code, such as one of a portfolio tool.
 *
 * @throws Problem `REFERENCE_NOT_FOUND`, `REFERENCE_RESERVED`, `GROUP_REFERENCE_UNKNOWN`
 */
export async function mapReference(
  entity: EntityNode,
  name: ReferenceName,
  groupCode: string | null,
  options: ReferenceOptions = {},
): Promise<Reference> {
  const code = groupCode === null ? null : tidy(groupCode);
  return await change(entity, name, { action: 'map', groupCode: code }, options, (before, known) => {
    if (code !== null && known !== undefined && !known.has(code)) {
      throw finopsProblem(
        'GROUP_REFERENCE_UNKNOWN',
        `the group has no ${before.kind} ${JSON.stringify(code)}${didYouMean(code, known)}`,
      );
    }
    return { ...before, group_code: code };
  });
}

type Asked = { readonly action: string } & Readonly<Record<string, string | null>>;

async function change(
  entity: EntityNode,
  name: ReferenceName,
  { action, ...wanted }: Asked,
  options: ReferenceOptions,
  next: (before: Reference, groupCodes: ReadonlySet<string> | undefined) => Reference,
): Promise<Reference> {
  const { kind } = name;
  const code = referenceCode(kind, name.code);
  if (isReserved(kind, code)) throw finopsProblem('REFERENCE_RESERVED', `${kind} ${code} belongs to the program`);
  const context = options.context ?? entity.operator;
  const request = {
    action: `finops.references.${action}`,
    method: 'POST',
    route: `/api/finops/references/${action}`,
    payload: { kind, code, ...wanted },
    idempotencyKey: options.idempotencyKey,
  };
  const answer = await writePath<Reference>(entity.db, context, request, async (tx, record) => {
    await tx.query(LOCK_ENTITY);
    const key = [entity.scope.tenantId, entity.scope.legalEntityId] as const;
    const [before] = await readReferences(tx, key, kind, code);
    if (before === undefined) {
      const codes = (await readReferences(tx, key, kind)).map((one) => one.code);
      throw finopsProblem(
        'REFERENCE_NOT_FOUND',
        `there is no ${kind} ${JSON.stringify(code)}${didYouMean(code, codes)}`,
      );
    }
    const asked = next(before, (await groupCodes(tx, key))[kind]);
    const after = { ...asked, version: before.version + 1 };
    if (JSON.stringify(asked) === JSON.stringify(before)) return { status: 200, body: before };
    await writeReferences(tx, key, context, [after], bookOf([before]));
    record.audit({ subject: 'reference', subjectId: `${kind}/${code}`, details: { before, after } });
    record.emit({
      event: 'FINOPS.REFERENCES.CHANGED',
      entity_id: `${kind}/${code}`,
      payload: { kind, code, ...wanted },
    });
    return { status: 200, body: after };
  });
  return answer.body;
}
