import { showLookup } from '../../model/cluster.ts';
import type { RenderParameters, Renderer } from '../renderer.ts';
import type { RenderCache, Told } from './cache.ts';

/** The renderer, but what it rendered before is not rendered again. What failed is, and what costs nearly nothing. */
export function cached(renderer: Renderer, cache: RenderCache): Renderer {
  const { name } = renderer;
  return {
    ...renderer,
    render: async (tree, path, parameters) => {
      const kept = await cache.get(tree, name, path, parameters);
      if (kept !== null) return { ok: true, value: kept };
      const { told, lookUp } = listen(parameters.lookUp);
      const heard = lookUp === undefined ? parameters : { ...parameters, lookUp };
      const result = await renderer.render(tree, path, heard);
      // Without a cluster to ask, nobody knows what would have been found.
      const isTold = (result.ok ? (result.value.lookups ?? []) : []).every((one) =>
        told.has(showLookup(one)),
      );
      if (result.ok && isTold && result.value.isCheap !== true) {
        await cache.put(name, path, parameters, result.value, [...told.values()]);
      }
      return result;
    },
  };
}

/** Answers lookups as before, and remembers what was answered. */
function listen(lookUp: RenderParameters['lookUp']): {
  readonly told: ReadonlyMap<string, Told>;
  readonly lookUp: RenderParameters['lookUp'];
} {
  const told = new Map<string, Told>();
  if (lookUp === undefined) return { told, lookUp };
  return {
    told,
    lookUp: async (lookup) => {
      const result = await lookUp(lookup);
      told.set(showLookup(lookup), { lookup, result });
      return result;
    },
  };
}
