import type { Tree, TreeEntry } from '../source/source.ts';
import { failure, success } from '../model/result.ts';
import type { Result } from '../model/result.ts';
import { linkCircle, renderTooLarge } from './errors.ts';

/** Most files that one render may look at. */
const maxFiles = 10_000;
/** Deepest nesting of folders. */
const maxFolders = 32;

/** The files below a folder, and what symbolic links brought in. */
interface Walked {
  /** Paths in the order of their names, folder by folder. */
  readonly files: readonly string[];
  /** Object id behind each symbolic link. */
  readonly links: ReadonlyMap<string, string | null>;
}

/**
 * Lists the files below a folder whose path `wanted` takes, without dot-files, links inside the tree followed.
 * @param isRecursive Whether the folders in it count.
 */
export async function walk(
  tree: Tree,
  root: string,
  wanted: (path: string) => boolean,
  isRecursive = true,
): Promise<Result<Walked>> {
  const files: string[] = [];
  const links = new Map<string, string | null>();
  const visit = async (
    folder: string,
    entries: readonly TreeEntry[],
    above: readonly string[],
  ): Promise<ReturnType<typeof failure> | null> => {
    const sorted = entries.toSorted((left, right) => (left.name < right.name ? -1 : 1));
    for (const { name, kind } of sorted) {
      if (name.startsWith('.')) continue;
      const path = folder === '' ? name : `${folder}/${name}`;
      if (kind === 'file') {
        if (wanted(path)) files.push(path);
      } else if (isRecursive || kind === 'symlink') {
        const inner = await tree.list(path);
        const oid = await tree.oid(path);
        if (kind === 'symlink') links.set(path, oid);
        if (inner === null) {
          // A link to a file, or to nothing (which reading it tells).
          if (wanted(path)) files.push(path);
        } else if (isRecursive) {
          // A tree cannot contain itself, so the same id above means that a link leads back.
          if (oid !== null && above.includes(oid)) {
            return failure(
              linkCircle({ message: `${path} leads back to a folder above it.`, resource: path }),
            );
          }
          if (above.length >= maxFolders) {
            return failure(
              renderTooLarge({
                message: `${path} is nested more than ${maxFolders} folders deep.`,
                resource: path,
              }),
            );
          }
          const wrong = await visit(path, inner, [...above, oid ?? '']);
          if (wrong !== null) return wrong;
        }
      }
      if (files.length > maxFiles) {
        return failure(
          renderTooLarge({
            message: `${root} holds more than ${maxFiles} manifest files.`,
            resource: root,
          }),
        );
      }
    }
    return null;
  };
  const entries = (await tree.list(root)) ?? [];
  const wrong = await visit(root, entries, [(await tree.oid(root)) ?? '']);
  return wrong ?? success({ files, links });
}
