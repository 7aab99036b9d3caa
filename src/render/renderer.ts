import type { ClusterCapabilities, Lookup, LookupResult } from '../model/cluster.ts';
import type { DirectoryConfig, HelmConfig } from '../model/config.ts';
import type { FairleadError } from '../model/error.ts';
import type { Manifest } from '../model/resource.ts';
import type { SeedId } from '../model/seed.ts';
import type { Tree } from '../source/source.ts';

/** What a render is told beside the folder. */
export interface RenderParameters {
  /** Names that paths and templates may refer to. */
  readonly application: string;
  readonly environment: string;
  /** Renders of different projects share no memory. Default: `default`. */
  readonly project?: string;
  /** How charts are rendered. Default: as they are by themselves, as a release of the application's name. */
  readonly helm?: HelmConfig | undefined;
  /** Whether the tests of charts are part of it. Default: as `helm` says. */
  readonly tests?: boolean | undefined;
  /** What time and chance follow from. Default: those of an application that was never released. */
  readonly seed?: SeedId | undefined;
  /** What charts are told about the cluster, unless `helm` says it. Default: what the engine knows. */
  readonly capabilities?: ClusterCapabilities | undefined;
  /** Answers what templates look up in the cluster. Default: nothing is there. */
  readonly lookUp?: ((lookup: Lookup) => Promise<LookupResult>) | undefined;
  /** Which files of a plain folder count. Default: all. */
  readonly directory?: DirectoryConfig | undefined;
  /** Give up after so much computing; waiting, for files for instance, is not counted. */
  readonly timeoutMs: number;
}

/**
 * What a render saw of the tree: by path the object id that was there, `null` for "looked for and not there", or
 * `isFolder` for "a folder, whatever it holds". The result is right as long as all of that is unchanged.
 */
export type ReadSet = ReadonlyMap<string, string | null>;

/** In a read set: there was a folder, and nobody looked into it. No object id, for those are hexadecimal. */
export const isFolder = 'folder';

/** What one render gave, and what it depended on. */
export interface Rendered {
  readonly manifests: readonly Manifest[];
  readonly readSet: ReadSet;
  /** What a person should know and that is no error, as sentences. */
  readonly warnings: readonly string[];
  /** What the chart says to who installs it. */
  readonly notes?: string;
  /** Whether it may depend on the cluster's version and kinds. */
  readonly usesCapabilities?: boolean;
  /** What templates looked up in the cluster. */
  readonly lookups?: readonly Lookup[];
  /** Whether making it anew takes no longer than keeping it and finding it again. Default false. */
  readonly isCheap?: boolean;
}

/** A failure says what the render saw until then, where that is known: once it changes, it is worth another try. */
export type RenderResult =
  | { readonly ok: true; readonly value: Rendered }
  | { readonly ok: false; readonly error: FairleadError; readonly readSet?: ReadSet };

/** Turns a folder of a tree into manifests. Deterministic; sees nothing but the tree. */
export interface Renderer {
  readonly name: string;
  /** How long a render may have to wait for its turn, beside its own time limit. Default 0. */
  readonly queueMs?: number;
  /** @returns a failure for any input that cannot be rendered whole; never a part of it. */
  render(tree: Tree, path: string, parameters: RenderParameters): Promise<RenderResult>;
}
