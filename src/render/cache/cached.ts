import type { Renderer } from '../renderer.ts';
import type { RenderCache } from './cache.ts';

/** The renderer, but what it rendered before is not rendered again. What failed is. */
export function cached(renderer: Renderer, cache: RenderCache): Renderer {
  const { name } = renderer;
  return {
    ...renderer,
    render: async (tree, path, parameters) => {
      const kept = await cache.get(tree, name, path, parameters);
      if (kept !== null) return { ok: true, value: kept };
      const result = await renderer.render(tree, path, parameters);
      // What depends on live objects is looked at anew each time.
      if (result.ok && (result.value.lookups ?? []).length === 0) {
        await cache.put(name, path, parameters, result.value);
      }
      return result;
    },
  };
}
