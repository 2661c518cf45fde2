import { WORKSPACE_LIMITS, type WorkspaceLimits } from '../tables/workspace.ts';

/** What a bundle may ask of the reader; each is judged before the thing it bounds is read. Sizes in bytes. */
export interface BundleLimits {
  readonly archiveBytes: number;
  readonly manifestBytes: number;
  /** Of the footer of a Parquet file, which is parsed as a whole. */
  readonly footerBytes: number;
  readonly rowsPerFile: number;
  /** What a Parquet file unpacks to, as its footer says. */
  readonly uncompressedBytes: number;
  readonly workspace: WorkspaceLimits;
}

const MiB = 1024 ** 2;

/** Far above any real entity (3 000 applications × 50 products a month), far below what would hurt a node. */
export const BUNDLE_LIMITS: BundleLimits = {
  archiveBytes: 512 * MiB,
  manifestBytes: MiB,
  footerBytes: 16 * MiB,
  rowsPerFile: 20_000_000,
  uncompressedBytes: 4096 * MiB,
  workspace: WORKSPACE_LIMITS,
};
