import { once } from '../world/once.ts';
import type { Tree, TreeEntry } from '../../../src/source/source.ts';
import type { Commit } from './repository.ts';
import { oidOf } from './repository.ts';

const oidOnce = once(oidOf);

interface Folder {
  readonly oid: string;
  readonly entries: readonly TreeEntry[];
}

/** Folders of each commit, made once. */
const folders = new WeakMap<Commit, ReadonlyMap<string, Folder>>();

/** The tree of a commit. `before` runs ahead of each answer: it takes time, and may throw. */
export function treeOf(commit: Commit, before: (what: string) => Promise<void>): Tree {
  const known = folders.get(commit) ?? foldersOf(commit);
  folders.set(commit, known);
  return {
    list: async (path) => {
      await before(`list ${path}`);
      return known.get(path)?.entries ?? null;
    },
    read: async (path) => {
      await before(`read ${path}`);
      const content = commit.files.get(path);
      return content === undefined ? null : Buffer.from(content);
    },
    oid: async (path) => {
      await before(`oid ${path}`);
      const content = commit.files.get(path);
      if (content === undefined) return known.get(path)?.oid ?? null;
      return oidOnce(content);
    },
    // There are no links here.
    realPath: async (path) => {
      await before(`realPath ${path}`);
      return commit.files.has(path) || known.has(path) ? path : null;
    },
  };
}

function foldersOf(commit: Commit): ReadonlyMap<string, Folder> {
  const members = new Map<string, Map<string, string | null>>([['', new Map()]]);
  for (const [path, content] of commit.files) {
    const parts = path.split('/');
    for (let depth = 0; depth < parts.length; depth += 1) {
      const folder = parts.slice(0, depth).join('/');
      const inside = members.get(folder) ?? new Map<string, string | null>();
      members.set(
        folder,
        inside.set(parts[depth] ?? '', depth === parts.length - 1 ? content : null),
      );
    }
  }
  const made = new Map<string, Folder>();
  const make = (folder: string): Folder => {
    const entries = [...(members.get(folder) ?? [])]
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, content]): TreeEntry => {
        const path = folder === '' ? name : `${folder}/${name}`;
        return content === null
          ? { name, kind: 'folder', oid: make(path).oid, executable: false }
          : { name, kind: 'file', oid: oidOnce(content), executable: false };
      });
    const one = {
      oid: oidOf(entries.map(({ name, oid }) => `${name} ${oid}`).join('\n')),
      entries,
    };
    made.set(folder, one);
    return one;
  };
  make('');
  return made;
}
