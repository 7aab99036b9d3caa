import type { FolderFormat } from './format.ts';
import type { RenderProposal } from './proposal.ts';
import type { Renderer } from './renderer.ts';
import type { EngineTools } from './sandbox/render.ts';

/** A renderer that uses an engine, with all that others have to know of it. Each is a folder, and a line in the registry. */
export interface RendererKind extends FolderFormat {
  /** Names of the files that make a folder one of this kind. */
  readonly files: readonly string[];
  readonly create: (tools: EngineTools) => Renderer;
  readonly proposal: RenderProposal;
}
