import { createHash, createHmac } from 'node:crypto';
import { showLookup } from '../../model/cluster.ts';
import type { Lookup, LookupResult } from '../../model/cluster.ts';
import { FairleadError } from '../../model/error.ts';
import { canonicalJson } from '../../model/json.ts';
import type { Json } from '../../model/json.ts';
import type { Tree } from '../../source/source.ts';
import { isFolder } from '../renderer.ts';
import type { ReadSet, RenderParameters, Rendered } from '../renderer.ts';
import { createBox } from './box.ts';
import { openSealedSets } from './sets.ts';

/**
 * Rendered sets by what was really read: a set is valid while the parameters and everything that its render saw, in the
 * tree and in the cluster, are unchanged. So a commit costs work only where it matters, with no paths to configure, also after a restart.
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
    /** What its templates were told of the cluster. Default: nothing. */
    told?: readonly Told[],
  ): Promise<void>;
  /** Bytes on disk. */
  bytes(): Promise<number>;
}

/** What was looked up in a cluster, and what came of it. */
export interface Told {
  readonly lookup: Lookup;
  readonly result: LookupResult;
}

/** Where rendered sets are kept, and what else they depend on. */
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
export const renderVersion = 2;

/** Sets kept for one application and environment: the present one, and those that a rollback goes back to. */
const maxVersions = 4;

/** What stands before a set: what it depends on. */
interface Head {
  readonly readSet: readonly (readonly [path: string, oid: string | null])[];
  /** Canonical capabilities that it was rendered with; `null`: it does not depend on them. */
  readonly capabilities: string | null;
  /** What was looked up in the cluster, with a digest of the answer that nobody makes without the secret. */
  readonly told: readonly { readonly lookup: Lookup; readonly digest: string }[];
}

type Body = Omit<Rendered, 'readSet'>;

/** Opens the cache of a state folder. */
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
      const isStillTold = answersOf(secret, parameters.lookUp);
      for (const version of await sets.versions(group)) {
        const set = await sets.read(group, version);
        if (set === null) continue;
        const head = JSON.parse(set.head) as Head;
        const readSet: ReadSet = new Map(head.readSet);
        const sameWorld = head.capabilities === null || head.capabilities === worldOf(parameters);
        if (!sameWorld || !(await isCurrent(tree, readSet))) continue;
        if (!(await isStillTold(head.told))) continue;
        const body = set.body();
        if (body !== null) return { ...(JSON.parse(body) as Body), readSet };
      }
      return null;
    },
    put: async (renderer, path, parameters, { readSet, ...rest }, told = []) => {
      const head: Head = {
        readSet: [...readSet],
        capabilities: rest.usesCapabilities === true ? worldOf(parameters) : null,
        told: told.map(({ lookup, result }) => ({ lookup, digest: keyed(secret, result) })),
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
  { application, environment, helm, tests, seed, directory }: RenderParameters,
): string {
  const asked = { program, renderer, path, application, environment };
  return digest(canonicalJson({ ...asked, ...jsonOf({ helm, tests, seed, directory }) }));
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

/** Asks the cluster again, once for each thing, and tells whether it still answers as it did. */
function answersOf(
  secret: Uint8Array,
  lookUp: RenderParameters['lookUp'],
): (told: Head['told']) => Promise<boolean> {
  const now = new Map<string, string>();
  return async (told) => {
    if (told.length === 0) return true;
    if (lookUp === undefined) return false;
    try {
      for (const { lookup, digest: then } of told) {
        const name = showLookup(lookup);
        const known = now.get(name) ?? keyed(secret, await lookUp(lookup));
        now.set(name, known);
        if (known !== then) return false;
      }
      return true;
    } catch (error) {
      // Rendering says what stands in the way.
      if (error instanceof FairleadError) return false;
      throw error;
    }
  };
}

/** A digest of an answer, which may be a Secret. */
function keyed(secret: Uint8Array, result: LookupResult): string {
  return createHmac('sha256', secret)
    .update(`fairlead lookup v1\n${canonicalJson(jsonOf({ result }))}`)
    .digest('hex');
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
