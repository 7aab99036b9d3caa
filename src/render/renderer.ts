import type { Manifest } from '../model/resource.ts';
import type { Result } from '../model/result.ts';
import type { Tree } from '../source/source.ts';

export interface RenderParameters {
  readonly application: string;
  readonly environment: string;
  /** Give up after this long. */
  readonly timeoutMs: number;
}

/** What one render gave, and what it depended on. */
export interface Rendered {
  readonly manifests: readonly Manifest[];
  /** Object ids of all that was read: path → oid, `null` for "looked for and not there". Key of the cache. */
  readonly readSet: ReadonlyMap<string, string | null>;
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
