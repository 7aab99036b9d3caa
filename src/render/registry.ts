import { detectFormat, formatWords } from '../config/detect.ts';
import type { FolderFormat } from '../config/detect.ts';
import { FairleadError } from '../model/error.ts';
import { failure, success } from '../model/result.ts';
import type { Result } from '../model/result.ts';
import type { Tree } from '../source/source.ts';
import { systemClock } from '../system/clock.ts';
import type { Clock } from '../system/clock.ts';
import type { RenderCache } from './cache/cache.ts';
import { cached } from './cache/cached.ts';
import { formatUnsupported } from './errors.ts';
import { createPlainRenderer } from './plain.ts';
import { createHelmRenderer } from './helm/renderer.ts';
import { createKustomizeRenderer } from './kustomize/renderer.ts';
import type { RenderParameters, RenderResult, Renderer } from './renderer.ts';
import type { EngineTools } from './sandbox/render.ts';

/** All renderers, asked in order. */
interface RendererRegistry {
  readonly renderers: readonly Renderer[];
  /** The first renderer that claims the folder. A folder that is not there is the last one's to report. */
  select(tree: Tree, path: string): Promise<Result<Renderer>>;
  /** Renders with the renderer that claims the folder. */
  render(tree: Tree, path: string, parameters: RenderParameters): Promise<RenderResult>;
}

/** Renderers that need an engine, in the order in which they are asked: another one is a folder and a line here. */
const withEngine: ReadonlyMap<FolderFormat, (tools: EngineTools) => Renderer> = new Map([
  ['kustomize', createKustomizeRenderer],
  ['helm', createHelmRenderer],
]);

/** Whether folders of this format are rendered by an engine. */
export function needsEngine(format: FolderFormat): boolean {
  return withEngine.has(format);
}

/**
 * @param engines What the renderers need that use an engine. Without it their folders are refused.
 * @param cache Where what was rendered is found again. Default: everything is rendered anew.
 */
export function createRendererRegistry(
  clock: Pick<Clock, 'monotonicMs'> = systemClock,
  engines?: EngineTools,
  cache?: RenderCache,
): RendererRegistry {
  const keep = (renderer: Renderer): Renderer =>
    cache === undefined ? renderer : cached(renderer, cache);
  const plain = keep(createPlainRenderer(clock));
  const renderers: Renderer[] = [plain];
  if (engines !== undefined)
    for (const create of withEngine.values()) renderers.push(keep(create(engines)));
  const select = async (tree: Tree, path: string): Promise<Result<Renderer>> => {
    try {
      for (const renderer of renderers) {
        if (await renderer.detect(tree, path)) return success(renderer);
      }
      const entries = (await tree.list(path)) ?? [];
      const format = detectFormat(entries.map(({ name }) => name));
      if (format === 'plain' || format === 'other') return success(plain);
      return failure(
        formatUnsupported({
          message: `${path === '' ? 'The root' : path} is a ${formatWords[format]}, which this version cannot render.`,
          resource: path,
        }),
      );
    } catch (error) {
      if (error instanceof FairleadError) return failure(error);
      throw error;
    }
  };
  return {
    renderers,
    select,
    render: async (tree, path, parameters) => {
      const renderer = await select(tree, path);
      return renderer.ok ? renderer.value.render(tree, path, parameters) : renderer;
    },
  };
}
