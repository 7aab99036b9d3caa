import { FairleadError } from '../model/error.ts';
import { canonicalJson } from '../model/json.ts';
import type { Tree } from '../source/source.ts';
import { isFolder } from './renderer.ts';
import type { RenderParameters, Rendered } from './renderer.ts';

/**
 * Rendered sets by what was really read: a set is valid while the parameters and every object id that its render
 * saw are unchanged. So a commit costs work only where it matters.
 */
export interface RenderCache {
  /** A set that is still right for this tree, or `null`. */
  get(tree: Tree, path: string, parameters: RenderParameters): Promise<Rendered | null>;
  /** Keeps a set; the least recently used ones go when the bound is reached. */
  put(path: string, parameters: RenderParameters, rendered: Rendered): void;
  /** Bytes that are held, as they are counted. */
  readonly bytes: number;
}

/** Sets kept for one application and environment: the present one, and those that a rollback goes back to. */
const maxVersions = 4;
/** What an object costs beyond its text; JavaScript objects take more than JSON. */
const overhead = 3;

interface Kept {
  readonly rendered: Rendered;
  readonly bytes: number;
}

/** @param maxBytes Bound of what is held, by estimate. Default 16 MiB. */
export function createRenderCache(maxBytes = 16 * 1024 * 1024): RenderCache {
  // Oldest first: a Map keeps the order of insertion, and what is used is inserted anew.
  const groups = new Map<string, readonly Kept[]>();
  let bytes = 0;
  const replace = (key: string, versions: readonly Kept[]): void => {
    for (const one of groups.get(key) ?? []) bytes -= one.bytes;
    groups.delete(key);
    if (versions.length > 0) groups.set(key, versions);
    for (const one of versions) bytes += one.bytes;
  };
  return {
    get: async (tree, path, parameters) => {
      const key = keyOf(path, parameters);
      for (const kept of groups.get(key) ?? []) {
        if (!(await isCurrent(tree, kept.rendered.readSet))) continue;
        const versions = groups.get(key);
        if (versions !== undefined) {
          replace(key, [kept, ...versions.filter((one) => one !== kept)]);
        }
        return kept.rendered;
      }
      return null;
    },
    put: (path, parameters, rendered) => {
      const key = keyOf(path, parameters);
      const size = estimate(rendered);
      if (size > maxBytes) return;
      const others = (groups.get(key) ?? []).filter(
        (one) => !sameReadSet(one.rendered.readSet, rendered.readSet),
      );
      replace(key, [{ rendered, bytes: size }, ...others].slice(0, maxVersions));
      for (const oldest of groups.keys()) {
        if (bytes <= maxBytes) break;
        if (oldest !== key) replace(oldest, []);
        else replace(key, (groups.get(key) ?? []).slice(0, 1));
      }
    },
    get bytes() {
      return bytes;
    },
  };
}

/** A time limit does not change what a render gives. */
function keyOf(path: string, { application, environment, helm }: RenderParameters): string {
  return JSON.stringify([path, application, environment, helm ?? null]);
}

async function isCurrent(tree: Tree, readSet: Rendered['readSet']): Promise<boolean> {
  try {
    for (const [path, oid] of readSet) {
      const isSame =
        oid === isFolder ? (await tree.list(path)) !== null : (await tree.oid(path)) === oid;
      if (!isSame) return false;
    }
    return true;
  } catch (error) {
    // A path that has become unreadable: rendering says what is wrong with it.
    if (error instanceof FairleadError) return false;
    throw error;
  }
}

function sameReadSet(left: Rendered['readSet'], right: Rendered['readSet']): boolean {
  return left.size === right.size && [...left].every(([path, oid]) => right.get(path) === oid);
}

function estimate({ manifests, readSet }: Rendered): number {
  const bodies = manifests.reduce((sum, { body }) => sum + canonicalJson(body).length + 200, 0);
  return bodies * overhead + readSet.size * 200;
}
