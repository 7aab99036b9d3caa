import { createHash } from 'node:crypto';
import { FairleadError } from '../../model/error.ts';
import { canonicalJson } from '../../model/json.ts';
import type { Json } from '../../model/json.ts';
import type { Tree } from '../../source/source.ts';
import { isFolder } from '../renderer.ts';
import type { ReadSet, RenderParameters, Rendered } from '../renderer.ts';
import { createBox } from './box.ts';
import { openSealedSets } from './sets.ts';

/**
 * Rendered sets by what was really read: a set is valid while the parameters and everything that its render saw are
 * unchanged. So a commit costs work only where it matters, with no paths to configure, also after a restart.
 */
export interface RenderCache {
  /** A set that is still right for this tree, or `null`. @param renderer Which one made it. */
  get(
    tree: Tree,
    renderer: string,
    path: string,
    parameters: RenderParameters,
  ): Promise<Rendered | null>;
  /** Keeps a set; the least recently used ones go when the bound is reached. Resolves when it is written. */
  put(
    renderer: string,
    path: string,
    parameters: RenderParameters,
    rendered: Rendered,
  ): Promise<void>;
  /** Bytes on disk. */
  bytes(): Promise<number>;
}

export interface RenderCacheOptions {
  /** Where the sets lie; made when it is needed. */
  readonly folder: string;
  /** Seals the sets: they hold what manifests hold, secrets too. */
  readonly secret: Uint8Array;
  /** What renders: another program or engine gives other sets. */
  readonly program: string;
  /** Bound of what lies on disk. Default 256 MiB. */
  readonly maxBytes?: number;
}

/** Grows with each change of what the code around the engines makes of a folder. */
export const renderVersion = 1;

/** Sets kept for one application and environment: the present one, and those that a rollback goes back to. */
const maxVersions = 4;

/** What stands before a set: what it depends on. */
interface Head {
  readonly readSet: readonly (readonly [path: string, oid: string | null])[];
  /** Canonical capabilities that it was rendered with; `null`: it does not depend on them. */
  readonly capabilities: string | null;
}

type Body = Omit<Rendered, 'readSet'>;

export function openRenderCache(options: RenderCacheOptions): RenderCache {
  const { folder, secret, program, maxBytes = 256 * 2 ** 20 } = options;
  const sets = openSealedSets({
    folder,
    box: createBox(secret, 'rendered sets'),
    maxBytes,
    maxVersions,
  });
  return {
    get: async (tree, renderer, path, parameters) => {
      const group = groupOf(program, renderer, path, parameters);
      for (const version of await sets.versions(group)) {
        const set = await sets.read(group, version);
        if (set === null) continue;
        const head = JSON.parse(set.head) as Head;
        const readSet: ReadSet = new Map(head.readSet);
        const sameWorld = head.capabilities === null || head.capabilities === worldOf(parameters);
        if (!sameWorld || !(await isCurrent(tree, readSet))) continue;
        const body = set.body();
        if (body !== null) return { ...(JSON.parse(body) as Body), readSet };
      }
      return null;
    },
    put: async (renderer, path, parameters, { readSet, ...rest }) => {
      const head: Head = {
        readSet: [...readSet],
        capabilities: rest.usesCapabilities === true ? worldOf(parameters) : null,
      };
      const text = JSON.stringify(head);
      const group = groupOf(program, renderer, path, parameters);
      await sets.put(group, digest(text), {
        head: text,
        body: JSON.stringify(rest satisfies Body),
      });
    },
    bytes: () => sets.bytes(),
  };
}

/** What was asked. How long it may take and who asks does not change what a render gives. */
function groupOf(
  program: string,
  renderer: string,
  path: string,
  { application, environment, helm, seed, directory }: RenderParameters,
): string {
  const asked = { program, renderer, path, application, environment };
  return digest(canonicalJson({ ...asked, ...jsonOf({ helm, seed, directory }) }));
}

/** Members that are there. */
function jsonOf(value: Readonly<Record<string, unknown>>): Record<string, Json> {
  return JSON.parse(JSON.stringify(value)) as Record<string, Json>;
}

function worldOf({ capabilities }: RenderParameters): string {
  return canonicalJson(jsonOf({ capabilities: capabilities ?? null }));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}

async function isCurrent(tree: Tree, readSet: ReadSet): Promise<boolean> {
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
