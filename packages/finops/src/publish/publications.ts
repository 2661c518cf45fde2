import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest, PublicJwk } from '@prorata/contract';
import { firstDayOf, writeFileWhole } from '@prorata/platform';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import * as sql from './publish.sql.ts';

/** A revision as it was published. Digests are SHA-256 in hexadecimal. */
export interface PublicationRow {
  readonly period_month: string;
  readonly revision: number;
  readonly supersedes: string | null;
  readonly manifest: Manifest;
  readonly manifest_sha256: string;
  readonly content_sha256: string;
  readonly bundle_sha256: string;
  readonly file_name: string;
  readonly bytes: number;
  /** Grows with each publication of the node; what `since` compares with. */
  readonly sequence: string;
  readonly created_at: string;
  /** Public half of the key that signed it. */
  readonly public_jwk: PublicJwk;
  /** SEALED until it is sent or fetched; WAITING while no group node has answered, PULLED once one came for it; then what the group answered last. */
  readonly state: 'SEALED' | 'WAITING' | 'PULLED' | 'ACCEPTED' | 'REFUSED';
}

/** How a revision went to one address, or to the group that came for it: then the address is `pull:` and the group's code. */
export interface PushRow {
  readonly url: string;
  readonly state: 'WAITING' | 'PULLED' | 'ACCEPTED' | 'REFUSED';
  readonly attempts: number;
  /** Of the last attempt; null where nobody answered. */
  readonly http_status: number | null;
  /** The group's report, as it came. */
  readonly answer: unknown;
  readonly first_at: string;
  readonly last_at: string;
}

export type Publication = PublicationRow & { readonly bundle: Buffer };

/** What was published after a point, oldest first; `next` is the point to ask from the next time. */
export async function listPublications(
  entity: EntityNode,
  since = '0',
  limit = 1000,
): Promise<{ readonly rows: readonly PublicationRow[]; readonly next: string }> {
  const { tenantId, legalEntityId } = entity.scope;
  const rows = await entity.db.transaction(
    entity.scope,
    (tx) => tx.query<PublicationRow>(sql.PUBLICATIONS_SINCE, [tenantId, legalEntityId, since, limit]),
    { readOnly: true },
  );
  return { rows, next: rows.at(-1)?.sequence ?? since };
}

/** One revision with its bytes. @throws Problem `PUBLICATION_NOT_FOUND`, `MONTH_INVALID` */
export async function readPublication(entity: EntityNode, month: string, revision: number): Promise<Publication> {
  const { tenantId, legalEntityId } = entity.scope;
  const period = firstDayOf(month);
  const rows = await entity.db.transaction(
    entity.scope,
    (tx) => tx.query<Publication>(sql.PUBLICATION_BYTES, [tenantId, legalEntityId, period, revision]),
    { readOnly: true },
  );
  const found = rows[0];
  if (found !== undefined) return found;
  throw finopsProblem('PUBLICATION_NOT_FOUND', `${entity.entity.code} ${month} has no revision ${revision}`);
}

/** The bundle as a file in the node's folder, written from the database where it is missing or not what it should be. */
export async function publicationFile(entity: EntityNode, publication: Publication): Promise<string> {
  const folder = join(entity.dir, 'publications');
  const path = join(folder, publication.file_name);
  const present = await readFile(path).catch(() => undefined);
  if (present !== undefined && sha256(present) === publication.bundle_sha256) return path;
  await mkdir(folder, { recursive: true });
  await writeFileWhole(path, publication.bundle);
  return path;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** One revision and how it went to the group. @throws Problem `PUBLICATION_NOT_FOUND`, `MONTH_INVALID` */
export async function publicationStatus(
  entity: EntityNode,
  month: string,
  revision: number,
): Promise<PublicationRow & { readonly pushes: readonly PushRow[] }> {
  const values = [entity.scope.tenantId, entity.scope.legalEntityId, firstDayOf(month), revision];
  return await entity.db.transaction(
    entity.scope,
    async (tx) => {
      const [found] = await tx.query<PublicationRow>(sql.PUBLICATION_ONLY, values);
      if (found === undefined) {
        throw finopsProblem('PUBLICATION_NOT_FOUND', `${entity.entity.code} ${month} has no revision ${revision}`);
      }
      return { ...found, pushes: await tx.query<PushRow>(sql.PUSHES, values) };
    },
    { readOnly: true },
  );
}

const PIECE_BYTES = 1024 * 1024;

/** The bytes of a bundle, piece by piece: published bytes never change, so each piece is a read of its own. */
export async function* bundleBytes(
  entity: EntityNode,
  { period_month, revision, bytes }: PublicationRow,
): AsyncGenerator<Buffer> {
  const key = [entity.scope.tenantId, entity.scope.legalEntityId, firstDayOf(period_month), revision];
  for (let from = 0; from < bytes; from += PIECE_BYTES) {
    const [row] = await entity.db.transaction(
      entity.scope,
      (tx) => tx.query<{ piece: Buffer }>(sql.BUNDLE_PIECE, [...key, from + 1, PIECE_BYTES]),
      { readOnly: true },
    );
    if (row !== undefined) yield row.piece;
  }
}
