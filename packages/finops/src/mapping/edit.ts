import { join } from 'node:path';
import { type RequestContext, writeFileWhole, writePath } from '@prorata/platform';
import { parseDocument, YAMLMap, YAMLSeq } from 'yaml';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import { type LoadedMapping, loadMapping, parseMapping } from './document.ts';
import { fold } from './fold.ts';
import { type Suggestion, suggestMappings } from './suggest.ts';
import type { TrialOn } from './trial.ts';
import { keepMapping } from './versions.ts';

export interface EditOptions {
  readonly context?: RequestContext;
  readonly idempotencyKey?: string | undefined;
  /** The digest of the mapping that was read before it was changed; another one standing now refuses the change. */
  readonly ifSha256?: string | undefined;
  readonly source?: 'COMMAND' | 'API';
}

export interface MappingWritten {
  readonly version: number;
  readonly sha256: string;
  /** False where the text says what stood already. */
  readonly changed: boolean;
}

/**
 * Writes a whole mapping: judged, kept as a version, and put into mapping.yaml, which the next run reads.
 *
 * @throws Problem `MAPPING_INVALID`, `MAPPING_CHANGED_MEANWHILE`
 */
export async function putMapping(entity: EntityNode, text: string, options: EditOptions = {}): Promise<MappingWritten> {
  const mapping = parseMapping(text);
  const context = options.context ?? entity.operator;
  const request = {
    action: 'finops.mapping.write',
    method: 'PUT',
    route: '/api/finops/mapping',
    payload: { sha256: mapping.sha256, if: options.ifSha256 ?? null },
    idempotencyKey: options.idempotencyKey,
  };
  const answer = await writePath<MappingWritten>(entity.db, context, request, async (tx, record) => {
    await tx.query(LOCK_ENTITY);
    const standing = await loadMapping(entity.dir).catch(() => undefined);
    refuseStale(standing, options.ifSha256);
    const key = [entity.scope.tenantId, entity.scope.legalEntityId] as const;
    const source = options.source ?? 'COMMAND';
    // What stood was somebody's work as well: it is kept before it is replaced.
    if (standing !== undefined) await keepMapping(tx, key, context, standing, source);
    const version = await keepMapping(tx, key, context, mapping, source);
    const changed = standing?.sha256 !== mapping.sha256;
    record.audit({
      subject: 'mapping',
      subjectId: mapping.sha256,
      details: { version, changed, before: standing?.sha256 ?? null },
    });
    if (changed) {
      record.emit({
        event: 'FINOPS.MAPPING.CHANGED',
        entity_id: mapping.sha256,
        payload: { version, sha256: mapping.sha256 },
      });
    }
    // Before the commit: an answer that was given has its file. A kill in between leaves a file that the next run keeps.
    if (standing?.text !== text) await writeFileWhole(join(entity.dir, 'mapping.yaml'), text);
    return { status: 200, body: { version, sha256: mapping.sha256, changed } };
  });
  return answer.body;
}

function refuseStale(standing: LoadedMapping | undefined, wanted: string | undefined): void {
  if (wanted === undefined || standing?.sha256 === wanted) return;
  const now = standing?.sha256 ?? 'not readable';
  throw finopsProblem('MAPPING_CHANGED_MEANWHILE', `the mapping is ${now}, the change was made to ${wanted}`, {
    sha256: standing?.sha256 ?? null,
  });
}

export interface AcceptedSuggestions extends MappingWritten {
  readonly rows: readonly Suggestion[];
}

/**
 * Writes suggestions that a person confirmed into mapping.yaml, as aliases; comments and order of the file stay.
 *
 * @param names numbers or ids of `suggestMappings` on the same charges
 * @throws Problem `SUGGESTION_NOT_FOUND`, `MAPPING_INVALID`, `MAPPING_CHANGED_MEANWHILE`
 */
export async function acceptSuggestions(
  entity: EntityNode,
  on: TrialOn,
  names: readonly string[],
  options: EditOptions = {},
): Promise<AcceptedSuggestions> {
  const mapping = await loadMapping(entity.dir);
  refuseStale(mapping, options.ifSha256);
  const { rows } = await suggestMappings(entity, on, mapping);
  const accepted = [...new Set(names)].map((name) => {
    const found = rows.find((one) => one.id === name || String(one.number) === name);
    if (found !== undefined) return found;
    throw finopsProblem('SUGGESTION_NOT_FOUND', `there is no suggestion ${JSON.stringify(name)} among ${rows.length}`);
  });
  const text = withAliases(mapping, accepted);
  const written = await putMapping(entity, text, { ...options, ifSha256: mapping.sha256 });
  return { ...written, rows: accepted };
}

/** The text of a mapping with the aliases added, and everything else as it was written. */
export function withAliases({ text, document }: LoadedMapping, accepted: readonly Suggestion[]): string {
  const yaml = parseDocument(text, { uniqueKeys: true });
  for (const { kind, found, meant } of accepted) {
    if (kind === 'TAG_KEY') block(yaml, ['tag_aliases']).set(found, meant);
    else if (kind === 'APPLICATION') block(yaml, ['application', 'aliases']).set(found, meant);
    else {
      const prod = (document.environment.values.prod ?? []).some((value) => fold(value) === fold(meant));
      const path = ['environment', 'values', prod ? 'prod' : 'non_prod'];
      const list = yaml.getIn(path);
      if (list instanceof YAMLSeq) list.add(yaml.createNode(found));
      else yaml.setIn(path, [found]);
    }
  }
  return yaml.toString({ lineWidth: 0 });
}

/** A map at a place, made where there is none, and written over several lines from now on. */
function block(yaml: ReturnType<typeof parseDocument>, path: readonly string[]): YAMLMap {
  const found = yaml.getIn(path);
  if (found instanceof YAMLMap) {
    found.flow = false;
    return found;
  }
  const made = new YAMLMap();
  yaml.setIn(path, made);
  return made;
}
