import { corrupt, fileTooLarge, lfsPointer, pathEscape, submodule, symlinkLoop } from './errors.ts';
import type { ObjectReader } from './object-reader.ts';
import { pathParts } from './path.ts';
import type { Tree, TreeEntry } from './source.ts';
import type { TreeCache } from './tree-cache.ts';
import { parseTreeObject } from './tree-object.ts';

/** As Linux does (`MAXSYMLINKS`). */
const maxLinks = 40;
const defaultMaxBytes = 10 * 2 ** 20;
/** A folder of some 400,000 members. */
const maxTreeBytes = 16 * 2 ** 20;
/** Larger than any path a file system takes. */
const maxLinkBytes = 4_096;
const lfsHeader = 'version https://git-lfs.github.com/spec/v1\n';

/** What reading a tree needs; a function, because a mirror that was made anew has a new reader. */
interface TreeObjects {
  readonly reader: () => ObjectReader;
  readonly cache: TreeCache;
  /** For messages: the source or folder. */
  readonly resource: string;
  /** Told about objects that should be there and are not. */
  readonly onDamage?: (() => void) | undefined;
}

type Found = Pick<TreeEntry, 'kind' | 'oid'> & { readonly path: string };

/** The tree with this object id. See `Tree` for what it promises. */
export function createTree(objects: TreeObjects, root: string): Tree {
  const missing = (oid: string): Error => {
    objects.onDamage?.();
    return corrupt({ message: `object ${oid} is missing`, resource: objects.resource });
  };

  const members = async (oid: string): Promise<readonly TreeEntry[]> => {
    const cached = objects.cache.get(oid);
    if (cached !== undefined) return cached;
    const info = await objects.reader().info(oid);
    if (info === null || info.kind !== 'tree') throw missing(oid);
    if (info.size > maxTreeBytes) {
      const message = `folder ${oid} has an object of ${info.size} bytes, more than ${maxTreeBytes}`;
      throw fileTooLarge({ message, resource: objects.resource });
    }
    const object = await objects.reader().content(oid);
    if (object === null) throw missing(oid);
    const parsed = parseTreeObject(object.bytes, oid);
    objects.cache.set(oid, parsed);
    return parsed;
  };

  const blob = async (oid: string, path: string, maxBytes: number): Promise<Buffer> => {
    const info = await objects.reader().info(oid);
    if (info === null || info.kind !== 'blob') throw missing(oid);
    if (info.size > maxBytes) {
      const message = `${path} has ${info.size} bytes, more than ${maxBytes}`;
      throw fileTooLarge({ message, resource: path });
    }
    const object = await objects.reader().content(oid);
    if (object === null) throw missing(oid);
    return object.bytes;
  };

  /** Walks to a path, through symbolic links as the kernel would if the tree were `/`, except that nothing leaves it. */
  const find = async (path: string): Promise<Found | null> => {
    const rest = [...pathParts(path)];
    /** Where we stand: folders from the root, each with its name. */
    const stack: { readonly name: string; readonly oid: string }[] = [];
    let links = 0;
    for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (stack.pop() === undefined) throw escape(path);
        continue;
      }
      const name = part;
      const folder = await members(stack.at(-1)?.oid ?? root);
      const entry = entryOf(folder, name);
      if (entry === undefined) return null;
      switch (entry.kind) {
        case 'folder':
          stack.push({ name, oid: entry.oid });
          break;
        case 'file':
          return rest.length === 0 ? { ...entry, path: within(stack, name) } : null;
        case 'submodule':
          throw submodule({ message: `${path} is in submodule ${name}`, resource: path });
        case 'symlink': {
          links += 1;
          if (links > maxLinks) {
            throw symlinkLoop({ message: `${path} leads in a circle`, resource: path });
          }
          const target = (await blob(entry.oid, path, maxLinkBytes)).toString('utf8');
          if (target.startsWith('/') || target.includes('\0')) throw escape(path, target);
          rest.unshift(...target.split('/'));
          break;
        }
      }
    }
    return { kind: 'folder', oid: stack.at(-1)?.oid ?? root, path: within(stack) };
  };

  return {
    async list(path) {
      const found = await find(path);
      return found?.kind === 'folder' ? members(found.oid) : null;
    },
    async read(path, maxBytes = defaultMaxBytes) {
      const found = await find(path);
      if (found?.kind !== 'file') return null;
      const bytes = await blob(found.oid, path, maxBytes);
      if (bytes.length < 1_024 && bytes.toString('latin1', 0, lfsHeader.length) === lfsHeader) {
        throw lfsPointer({ message: `${path} is a Git LFS pointer`, resource: path });
      }
      return bytes;
    },
    async oid(path) {
      return (await find(path))?.oid ?? null;
    },
    async realPath(path) {
      return (await find(path))?.path ?? null;
    },
  };
}

/** Members by name, of folders that were looked into; a path leads through the same large ones again and again. */
const byName = new WeakMap<readonly TreeEntry[], ReadonlyMap<string, TreeEntry>>();

function entryOf(folder: readonly TreeEntry[], name: string): TreeEntry | undefined {
  if (folder.length < 16) return folder.find((one) => one.name === name);
  const known = byName.get(folder) ?? new Map(folder.map((entry) => [entry.name, entry]));
  byName.set(folder, known);
  return known.get(name);
}

function within(stack: readonly { readonly name: string }[], ...rest: readonly string[]): string {
  return [...stack.map(({ name }) => name), ...rest].join('/');
}

function escape(path: string, target?: string): Error {
  const through = target === undefined ? 'through a symbolic link' : `to ${JSON.stringify(target)}`;
  return pathEscape({ message: `${path} leaves the repository ${through}`, resource: path });
}
