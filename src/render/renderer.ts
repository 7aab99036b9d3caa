import type { Manifest } from '../model/resource.ts';
import type { Result } from '../model/result.ts';
import type { Tree } from '../source/source.ts';

export interface RenderParameters {
  readonly application: string;
  readonly environment: string;
  /** Renders of different projects share no memory. Default: `default`. */
  readonly project?: string;
  /** Give up after this long. */
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
  readonly warnings: readonly string[];
}

/** Turns a folder of a tree into manifests. Deterministic; sees nothing but the tree. */
export interface Renderer {
  readonly name: string;
  /** Whether the folder is this renderer's; the registry asks in order. */
  detect(tree: Tree, path: string): Promise<boolean>;
  /** @returns a failure for any input that cannot be rendered whole; never a part of it. */
  render(tree: Tree, path: string, parameters: RenderParameters): Promise<Result<Rendered>>;
}
