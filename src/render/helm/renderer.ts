import { FairleadError } from '../../model/error.ts';
import { pathEscape } from '../../source/errors.ts';
import type { Tree } from '../../source/source.ts';
import { valuesMissing } from '../errors.ts';
import type { RenderParameters, RenderResult, Renderer } from '../renderer.ts';
import { queueMs, renderWithEngine } from '../sandbox/render.ts';
import type { EngineTools } from '../sandbox/render.ts';
import type { EngineDocument } from '../sandbox/protocol.ts';
import { capabilitiesOf, helmSettings } from '../sandbox/settings.ts';
import type { Expected } from '../sandbox/tree-files.ts';
import { joinPath } from '../sandbox/tree-path.ts';

/** Most files that are looked up ahead. */
const maxExpected = 300;

/**
 * Renders a folder that is a chart by Helm's own engine, as `helm template` does: with its dependencies in `charts/`,
 * CRDs and hooks, which keep their annotations; tests where they are asked for. Notes come beside them.
 */
export function createHelmRenderer(tools: EngineTools): Renderer {
  return {
    name: 'helm',
    queueMs,
    render: async (tree, path, parameters) => {
      try {
        return await render(tools, tree, path, parameters);
      } catch (thrown) {
        // What the tree refuses: links that lead out, submodules.
        if (thrown instanceof FairleadError) return { ok: false, error: thrown };
        throw thrown;
      }
    },
  };
}

async function render(
  tools: EngineTools,
  tree: Tree,
  path: string,
  parameters: RenderParameters,
): Promise<RenderResult> {
  const settings = helmSettings(parameters);
  const valuesFiles: string[] = [];
  const absent: string[] = [];
  for (const file of settings.valuesFiles) {
    const at = joinPath(isFromRoot(file) ? '' : path, file);
    if (at === null) {
      const message = `values file ${file} of ${path === '' ? 'the root' : path} leaves the repository`;
      return { ok: false, error: pathEscape({ message, resource: file }) };
    }
    const isThere = (await tree.oid(at)) !== null;
    if (!isThere && !settings.ignoreMissingValuesFiles) {
      const error = valuesMissing({ message: `there is no values file ${at}`, resource: at });
      return { ok: false, error, readSet: new Map([[at, null]]) };
    }
    (isThere ? valuesFiles : absent).push(at);
  }
  const request = {
    op: 'helm',
    helm: {
      ...capabilitiesOf({ ...parameters, helm: settings }),
      chart: `/${path}`,
      releaseName: settings.releaseName,
      namespace: settings.namespace,
      valuesFiles: valuesFiles.map((file) => `/${file}`),
      values: settings.values,
      skipCRDs: !settings.crds,
      skipTests: !settings.tests,
    },
  } as const;
  const expected = await expectedOf(tree, path);
  const fileOf = ({ source }: EngineDocument): string => originOf(path, source);
  const task = { path, request, startsAnew: true, expected, absent, fileOf };
  return renderWithEngine(tools, tree, task, parameters);
}

/** From the root of the repository, or of another source. */
function isFromRoot(file: string): boolean {
  return file.startsWith('/') || file.startsWith('$');
}

/** Helm names a template from the chart's name on; the folder may have another. */
function originOf(path: string, source: string | undefined): string {
  const inside = source?.slice(source.indexOf('/') + 1) ?? 'Chart.yaml';
  return joinPath(path, inside) ?? inside;
}

/** All of the chart: Helm reads nearly everything. */
async function expectedOf(tree: Tree, root: string): Promise<readonly Expected[]> {
  const expected: Expected[] = [
    { question: 'kind', path: root },
    { question: 'kind', path: joinPath(root, '.helmignore') ?? '' },
  ];
  const folders = [root];
  for (const folder of folders) {
    expected.push({ question: 'members', path: folder });
    for (const { name, kind } of (await tree.list(folder)) ?? []) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (expected.length + folders.length > maxExpected) return expected;
      if (kind === 'folder') folders.push(path);
      else if (kind === 'file') expected.push({ question: 'content', path });
    }
  }
  return expected;
}
