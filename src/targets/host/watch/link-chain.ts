import { basename, dirname, join } from 'node:path';
import { disk } from '../../../system/disk.ts';
import { lookAtFile } from '../file/content.ts';
import type { Looker } from '../file/content.ts';

/** As many links as Linux follows: path_resolution(7). */
const longest = 40;

/** A path and what it leads to. */
interface LinkChain {
  /**
   * The path itself, what it links to, and so on, as far as it goes. Their folders stay as written: one that is a link itself
   * (`..data` of a Secret that the kubelet mounts) is followed by who watches a path.
   */
  readonly paths: readonly string[];
  /** Whether anything is at the end, or cannot be looked at. */
  readonly exists: boolean;
}

/** Follows links to a file, and keeps in mind what it has seen at each of them. */
export async function followLinks(looker: Looker, path: string): Promise<LinkChain> {
  const paths: string[] = [];
  for (let at = path; paths.length < longest && !paths.includes(at);) {
    paths.push(at);
    // Whoever reads the file says what is wrong with it.
    const found = await lookAtFile(looker, at).catch(() => null);
    if (found?.kind !== 'symlink') return { paths, exists: found?.kind !== 'absent' };
    at = await targetOf(at, found.to);
  }
  return { paths, exists: true };
}

/** Where a link leads. */
async function targetOf(link: string, to: string): Promise<string> {
  const written = to.startsWith('/') ? to : `${dirname(link)}/${to}`;
  if (!to.split('/').includes('..')) return join(written);
  // The folder above is that of where a folder really is.
  const folder = await disk().realPath(written.slice(0, written.lastIndexOf('/')));
  return folder === null ? join(written) : join(folder, basename(written));
}
