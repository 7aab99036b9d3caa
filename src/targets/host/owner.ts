import type { Json } from '../../model/json.ts';
import type { Stats } from '../../system/files.ts';
import type { Accounts } from './accounts.ts';

/**
 * The owner of something as it should be written to be compared with a wish: the wish's own words where they hold,
 * numbers where they do not, `null` where nothing is wished.
 */
export async function liveOwner(
  accounts: Accounts,
  wanted: Json | undefined,
  stats: Stats,
  resource: string,
): Promise<string | null> {
  if (typeof wanted !== 'string') return null;
  const { uid, gid } = await accounts.ownership(wanted, resource);
  const holds =
    (uid === null || stats.uid === BigInt(uid)) && (gid === null || stats.gid === BigInt(gid));
  if (holds) return wanted;
  return [uid === null ? '' : String(stats.uid), ...(gid === null ? [] : [String(stats.gid)])].join(
    ':',
  );
}
