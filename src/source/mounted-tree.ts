import type { Tree } from './source.ts';

/** What stands before the name of a source in paths: `$values/prod.yaml`. */
const mark = '$';

/**
 * A tree in whose root the others lie as `$name`. They are found by their path and in no listing, so that what is rendered
 * from all of a folder does not take them in. Links stay within their own tree.
 */
export function mountTrees(main: Tree, others: ReadonlyMap<string, Tree>): Tree {
  const at = (
    path: string,
  ): { readonly tree: Tree; readonly inside: string; readonly prefix: string } => {
    const slash = path.indexOf('/');
    const head = slash < 0 ? path : path.slice(0, slash);
    const tree = head.startsWith(mark) ? others.get(head.slice(mark.length)) : undefined;
    if (tree === undefined) return { tree: main, inside: path, prefix: '' };
    return { tree, inside: slash < 0 ? '' : path.slice(slash + 1), prefix: head };
  };
  return {
    list: async (path) => {
      const { tree, inside } = at(path);
      return tree.list(inside);
    },
    read: async (path, maxBytes) => {
      const { tree, inside } = at(path);
      return tree.read(inside, maxBytes);
    },
    oid: async (path) => {
      const { tree, inside } = at(path);
      return tree.oid(inside);
    },
    realPath: async (path) => {
      const { tree, inside, prefix } = at(path);
      const real = await tree.realPath(inside);
      if (real === null || prefix === '') return real;
      return real === '' ? prefix : `${prefix}/${real}`;
    },
  };
}
