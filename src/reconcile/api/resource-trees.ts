import type { ResourceTree, ResourceTrees } from '../../control/api.ts';
import type { Engine } from '../engine.ts';
import { targetsOf } from './orders.ts';
import type { ApplicationRuntime } from '../runtime.ts';

/** The resources of an application, each with what it owns where its target can tell. */
export async function treeOf(engine: Engine, runtime: ApplicationRuntime): Promise<ResourceTrees> {
  const trees: ResourceTree[] = [];
  const unseen: string[] = [];
  for (const target of await targetsOf(engine, runtime)) {
    const views = runtime.seen.resources.filter((view) => view.target === target.name);
    const ids = views.map(({ id }) => id);
    const forest = await target.tree?.(runtime.key, ids);
    unseen.push(...(forest?.unseen ?? []));
    for (const [at, { id, health }] of views.entries()) {
      const children = forest?.nodes[at]?.children ?? [];
      trees.push({ target: target.name, id, health, children });
    }
  }
  return { trees, unseen };
}
