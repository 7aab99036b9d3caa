import { detectFormat } from '../../config/detect.ts';
import type { Renderer } from '../renderer.ts';
import { queueMs, renderWithEngine } from '../sandbox/render.ts';
import type { EngineTools } from '../sandbox/render.ts';
import { capabilitiesOf } from '../sandbox/settings.ts';
import { joinPath } from '../sandbox/tree-path.ts';
import { expectedOf } from './expect.ts';

/** What makes the folder a chart, which goes before a kustomization. */
const chartFiles = ['Chart.yaml', 'Chart.yml'];

/**
 * Renders a folder with a kustomization file by Kustomize's own engine, everything in the same tree within its reach.
 * Bases elsewhere and plug-ins that are programs are refused.
 */
export function createKustomizeRenderer(tools: EngineTools): Renderer {
  return {
    name: 'kustomize',
    queueMs,
    detect: async (tree, path) => {
      const entries = (await tree.list(path)) ?? [];
      return detectFormat(entries.map(({ name }) => name)) === 'kustomize';
    },
    render: async (tree, path, parameters) => {
      const capabilities = capabilitiesOf(parameters);
      const task = {
        path,
        request: { op: 'kustomize', path: `/${path}`, capabilities },
        expected: await expectedOf(tree, path),
        absent: chartFiles.map((name) => joinPath(path, name) ?? name),
        fileOf: () => path,
      } as const;
      return renderWithEngine(tools, tree, task, parameters);
    },
  };
}
