import type { Renderer } from '../renderer.ts';
import { queueMs, renderWithEngine } from '../sandbox/render.ts';
import type { EngineTools } from '../sandbox/render.ts';
import { capabilitiesOf } from '../sandbox/settings.ts';
import { expectedOf } from './expect.ts';

/**
 * Renders a folder with a kustomization file by Kustomize's own engine, everything in the same tree within its reach.
 * Bases elsewhere and plug-ins that are programs are refused.
 */
export function createKustomizeRenderer(tools: EngineTools): Renderer {
  return {
    name: 'kustomize',
    queueMs,
    render: async (tree, path, parameters) => {
      const capabilities = capabilitiesOf(parameters);
      const task = {
        path,
        request: { op: 'kustomize', path: `/${path}`, capabilities },
        expected: await expectedOf(tree, path),
        fileOf: () => path,
      } as const;
      return renderWithEngine(tools, tree, task, parameters);
    },
  };
}
