import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BundleRefused } from '../format/refusals.ts';
import { type BundleTrust, verifyBundle } from '../reading/verify-bundle.ts';

/** What became of a bundle under a trust: the refusal, or null when it was taken (and closed again). */
export interface Verdict {
  readonly refusal: BundleRefused | null;
  /** Files and folders that verification left behind; must be empty. */
  readonly left: readonly string[];
}

/**
 * Verifies a bundle in a temporary folder of its own and looks at what remains there.
 * Throws whatever is no BundleRefused: a crash is never a verdict.
 */
export async function verdictOn(file: string | Uint8Array, trust: BundleTrust): Promise<Verdict> {
  const temporaryFolder = await mkdtemp(join(tmpdir(), 'prorata-verdict-'));
  try {
    const refusal = await refusalOf(file, { ...trust, temporaryFolder });
    return { refusal, left: await readdir(temporaryFolder) };
  } finally {
    await rm(temporaryFolder, { recursive: true, force: true });
  }
}

async function refusalOf(file: string | Uint8Array, trust: BundleTrust): Promise<BundleRefused | null> {
  try {
    const bundle = await verifyBundle(file, trust);
    await bundle.close();
    return null;
  } catch (error) {
    if (error instanceof BundleRefused) return error;
    throw error;
  }
}
