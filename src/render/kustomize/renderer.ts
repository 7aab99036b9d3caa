import { detectFormat } from '../../config/detect.ts';
import { success } from '../../model/result.ts';
import { renderWithEngine } from '../sandbox/render.ts';
import type { EngineTools } from '../sandbox/render.ts';
import type { Renderer } from '../renderer.ts';

/** What makes the folder a chart, which goes before a kustomization. */
const chartFiles = ['Chart.yaml', 'Chart.yml'];

/**
 * Renders a folder with a kustomization file by Kustomize's own engine, everything in the same tree within its reach.
 * Bases elsewhere and plug-ins that are programs are refused.
 */
export function createKustomizeRenderer(tools: EngineTools): Renderer {
  return {
    name: 'kustomize',
    detect: async (tree, path) => {
      const entries = (await tree.list(path)) ?? [];
      return detectFormat(entries.map(({ name }) => name)) === 'kustomize';
    },
    render: async (tree, path, parameters) => {
      const shown = path === '' ? 'The root' : path;
      const capabilities = { kubeVersion: '', apiVersions: [] };
      const request = { op: 'kustomize', path: `/${path}`, capabilities } as const;
      const origin = (): string => path;
      const result = await renderWithEngine(tools, tree, shown, request, parameters, origin);
      if (!result.ok) return result;
      const { manifests, response } = result.value;
      const readSet = new Map(result.value.readSet);
      for (const name of chartFiles) readSet.set(within(path, name), null);
      const warnings = [...(response.warnings ?? [])];
      if (manifests.length === 0) warnings.push(`${shown} renders to nothing.`);
      return success({ manifests, readSet, warnings });
    },
  };
}

function within(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
