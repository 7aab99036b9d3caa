import { basename, dirname, join } from 'node:path';
import type { InventoryKey } from '../../model/inventory.ts';
import type { FairleadError } from '../../model/error.ts';
import { claimTaken } from '../errors.ts';
import { isGivenTo } from '../holders.ts';
import type { ApplyEffect } from '../target.ts';

/** Who holds a claim at this target. */
export interface ClaimHolder {
  readonly key: InventoryKey;
  readonly applicationUid: string;
  /** Of its claims: who may have what they are on, see `InventoryEntry.givenTo`. Default: nobody. */
  readonly given?: ReadonlyMap<string, string>;
}

/** What other applications own at this target. */
export interface Claims {
  /** The inventory that holds `claim`, or `null`. */
  holder(claim: string): Promise<ClaimHolder | null>;
}

/** A claim on a path whose parents' symlinks are resolved: two spellings of one place are one claim. */
export function pathClaim(resolved: string): string {
  return `path:${resolved}`;
}

/**
 * Claims of a log: on the file itself, on those that it is rotated to and on the one in between. They are claims on paths
 * like all others, so no File may be there and no log where a File is.
 */
export function logClaims(resolved: string, keep: number): readonly string[] {
  const older = Array.from({ length: keep }, (_, at) => rotated(resolved, at + 1));
  return [resolved, rotating(resolved), ...older].map(pathClaim);
}

/** Name of the `index`-th rotated file; 1 is the newest. */
export function rotated(path: string, index: number): string {
  return `${path}.${index}`;
}

/** What a log is copied to before it is emptied. */
export function rotating(path: string): string {
  return join(dirname(path), `.${basename(path)}.rotating`);
}

/** The refusal of a place that belongs to another application. */
export function takenBy(holder: ClaimHolder, claim: string, resource: string): FairleadError {
  const { application, environment } = holder.key;
  return claimTaken({
    message: `${resource} wants ${claim.replace(/^\w+:/, '')}, which belongs to ${application} in ${environment}`,
    resource,
  });
}

/** Refuses an effect on a place of another application. @throws FairleadError `target.claim-taken` */
export async function refuseTaken(
  claims: Claims,
  wanted: readonly string[],
  { applicationUid, key }: Pick<ApplyEffect, 'applicationUid' | 'key'>,
  resource: string,
): Promise<void> {
  for (const claim of wanted) {
    const holder = await claims.holder(claim);
    if (holder === null || holder.applicationUid === applicationUid) continue;
    if (!isGivenTo(key, holder, claim)) throw takenBy(holder, claim, resource);
  }
}
