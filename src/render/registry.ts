import { FairleadError } from '../model/error.ts';
import { failure, success } from '../model/result.ts';
import type { Result } from '../model/result.ts';
import type { Tree } from '../source/source.ts';
import { systemClock } from '../system/clock.ts';
import type { Clock } from '../system/clock.ts';
import type { RenderCache } from './cache/cache.ts';
import { cached } from './cache/cached.ts';
import { formatUnsupported } from './errors.ts';
import { plannedFormats } from './format.ts';
import type { FolderFormat } from './format.ts';
import { helm } from './helm/kind.ts';
import { kustomize } from './kustomize/kind.ts';
import { createPlainRenderer } from './plain.ts';
import type { RendererKind } from './renderer-kind.ts';
import type { RenderParameters, RenderResult, Renderer } from './renderer.ts';
import type { EngineTools } from './sandbox/render.ts';
import { joinPath } from './sandbox/tree-path.ts';

/** Renderers that need an engine, the most telling files first: another one is a folder and a line here. */
export const rendererKinds: readonly RendererKind[] = [helm, kustomize];

/**
 * The format of a folder with files of these names: the first one that any of them marks.
 * @returns `null` for what is clearly made for no tool: manifests as they stand, or anything else.
 */
export function formatOf<Format extends FolderFormat>(
  names: Iterable<string>,
  formats: readonly Format[],
): Format | null {
  const all = [...names].filter((name) => !name.startsWith('.'));
  return formats.find((format) => all.some(format.marks)) ?? null;
}

/** Whether a folder with files of these names is rendered by an engine. */
export function needsEngine(names: Iterable<string>): boolean {
  return formatOf(names, rendererKinds) !== null;
}

/** All renderers. */
interface RendererRegistry {
  /** The renderer that the folder is for. A folder that is not there is the plain one's to report. */
  select(tree: Tree, path: string): Promise<Result<Renderer>>;
  /** Renders with the renderer that the folder is for. */
  render(tree: Tree, path: string, parameters: RenderParameters): Promise<RenderResult>;
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
  const renderers = new Map<FolderFormat, Renderer>();
  if (engines !== undefined) {
    rendererKinds.forEach((kind, index) => {
      const before = rendererKinds.slice(0, index).flatMap(({ files }) => files);
      renderers.set(kind, keep(withChoice(kind.create(engines), before)));
    });
  }
  const select = async (tree: Tree, path: string): Promise<Result<Renderer>> => {
    try {
      const entries = (await tree.list(path)) ?? [];
      const names = entries.map(({ name }) => name);
      const format = formatOf<FolderFormat>(names, [...rendererKinds, ...plannedFormats]);
      const renderer = format === null ? plain : renderers.get(format);
      if (format === null || renderer !== undefined) return success(renderer ?? plain);
      return failure(
        formatUnsupported({
          message: `${path === '' ? 'The root' : path} is ${format.words}, which this version cannot render.`,
          resource: path,
        }),
      );
    } catch (error) {
      if (error instanceof FairleadError) return failure(error);
      throw error;
    }
  };
  return {
    select,
    render: async (tree, path, parameters) => {
      const renderer = await select(tree, path);
      return renderer.ok ? renderer.value.render(tree, path, parameters) : renderer;
    },
  };
}

/** The renderer, whose results also depend on what it was chosen by: that files of kinds that go before it are not there. */
function withChoice(renderer: Renderer, files: readonly string[]): Renderer {
  if (files.length === 0) return renderer;
  return {
    ...renderer,
    render: async (tree, path, parameters) => {
      const result = await renderer.render(tree, path, parameters);
      const absent = files.map((name): [string, null] => [joinPath(path, name) ?? name, null]);
      if (result.ok) {
        const { value } = result;
        return { ok: true, value: { ...value, readSet: new Map([...value.readSet, ...absent]) } };
      }
      if (result.readSet === undefined) return result;
      return { ...result, readSet: new Map([...result.readSet, ...absent]) };
    },
  };
}
