import type { ConfigLoader } from '../reconcile/ports.ts';
import type { Tree } from '../source/source.ts';
import type { RenderCache } from './cache/cache.ts';
import { needsEngine } from './registry.ts';
import type { Sandbox } from './sandbox/sandbox.ts';

/** Folders that are looked into at most, deep ones first: it is a guess, and need not be a dear one. */
const mostLooks = 64;

/**
 * A loader that, the first time, starts the engines beside reading the configuration where they will surely be needed:
 * when nothing was rendered in this state folder before, and the repository has a chart or an overlay. A start takes
 * most of a second, mostly of a processor that has nothing else to do then. It is begun before the configuration is read,
 * which keeps this process busy all the while: a look at some folders would end after it.
 */
export function startEnginesWith(
  loader: ConfigLoader,
  { sandbox, cache }: { readonly sandbox: Sandbox; readonly cache: RenderCache | undefined },
): ConfigLoader {
  let isFirst = true;
  const startIfNeeded = async (tree: Tree): Promise<void> => {
    if (cache === undefined || (await cache.bytes()) > 0) return;
    if (await hasWork(tree)) sandbox.foresee();
  };
  return {
    ...loader,
    load: async (tree, previous) => {
      const begins = isFirst;
      isFirst = false;
      // What cannot be read here the loader itself reports.
      if (begins) await startIfNeeded(tree).catch(() => {});
      return loader.load(tree, previous);
    },
  };
}

/** Whether one of the first folders is for the engines. */
async function hasWork(tree: Tree): Promise<boolean> {
  const paths = [''];
  for (let looks = 0; looks < mostLooks; looks += 1) {
    const path = paths.pop();
    if (path === undefined) return false;
    const entries = (await tree.list(path)) ?? [];
    if (needsEngine(entries.map(({ name }) => name))) return true;
    const folders = entries.filter(({ kind }) => kind === 'folder').toReversed();
    paths.push(...folders.map(({ name }) => (path === '' ? name : `${path}/${name}`)));
  }
  return false;
}
