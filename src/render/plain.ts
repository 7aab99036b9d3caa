import { matches } from '../config/pattern.ts';
import { FairleadError } from '../model/error.ts';
import type { Manifest } from '../model/resource.ts';
import { failure, success } from '../model/result.ts';
import type { Result } from '../model/result.ts';
import type { Tree } from '../source/source.ts';
import type { Clock } from '../system/clock.ts';
import { findDuplicate } from './duplicate.ts';
import {
  linkBroken,
  pathMissing,
  renderTimeout,
  renderTooLarge,
  renderYamlSyntax,
} from './errors.ts';
import { toManifests } from './manifest.ts';
import { parseManifests } from './manifest-yaml.ts';
import type { RenderParameters, Rendered, Renderer } from './renderer.ts';
import { workAhead } from './ahead.ts';
import { walk } from './walk.ts';

/** Largest manifest file, in bytes. */
const maxFileBytes = 10 * 1024 * 1024;
/** Most bytes that one render reads. */
const maxRenderBytes = 32 * 1024 * 1024;

/**
 * Up to so many bytes a folder is read and parsed in less time than it takes to seal what came of it, write it down and
 * find it again.
 */
const cheapBytes = 16 * 1024;

/** Files that are read while the one before them is looked at; bounds what is in memory, with `maxFileBytes`. */
const readAhead = 4;

const isManifestFile = (name: string): boolean => /\.(?:ya?ml|json)$/.test(name);
/** As with kubectl, Kustomize, Argo CD and Flux, only lower case counts; somebody may have meant it. */
const isAlmostManifestFile = (name: string): boolean =>
  /\.(?:ya?ml|json)$/i.test(name) && !isManifestFile(name);

/**
 * Renders a folder of YAML and JSON manifests: every `*.yaml`, `*.yml` and `*.json` below it that the application does
 * not leave out, in the order of their paths, as it stands.
 */
export function createPlainRenderer(clock: Pick<Clock, 'monotonicMs'>): Renderer {
  return {
    name: 'plain',
    render: async (tree, path, parameters) => {
      try {
        return await render(clock, tree, path, parameters);
      } catch (error) {
        // What the tree refuses: links that lead out, submodules, LFS pointers, oversized files.
        if (error instanceof FairleadError) return failure(error);
        throw error;
      }
    },
  };
}

async function render(
  clock: Pick<Clock, 'monotonicMs'>,
  tree: Tree,
  path: string,
  parameters: RenderParameters,
): Promise<Result<Rendered>> {
  const oid = await tree.oid(path);
  if (oid === null || (await tree.list(path)) === null) {
    const shown = path === '' ? 'the root' : path;
    return failure(
      pathMissing({ message: `There is no folder ${shown} in the source.`, resource: path }),
    );
  }
  const passedOver: string[] = [];
  const isChosen = chosenBy(parameters.directory, path);
  const isWanted = (file: string): boolean => {
    if (isAlmostManifestFile(file) && isChosen(file)) passedOver.push(file);
    return isManifestFile(file) && isChosen(file);
  };
  const isRecursive = parameters.directory?.recursive ?? true;
  const walked = await walk(tree, path, isWanted, isRecursive);
  if (!walked.ok) return walked;
  const manifests: Manifest[] = [];
  let bytesRead = 0;
  // Waiting for files is not counted: others may be first.
  let computedMs = 0;
  const contents = workAhead(walked.value.files, readAhead, async (file) => ({
    file,
    bytes: await readBytes(tree, file),
  }));
  for await (const { file, bytes } of contents) {
    if (!bytes.ok) return bytes;
    const beganMs = clock.monotonicMs();
    bytesRead += bytes.value.length;
    const text = decode(file, bytes.value, bytesRead);
    if (!text.ok) return text;
    const documents = parseManifests(file, text.value);
    if (!documents.ok) return documents;
    for (const document of documents.value) {
      const found = toManifests(file, document);
      if (!found.ok) return found;
      const isConfig = isConfigFile(path, file);
      manifests.push(
        ...found.value.filter(
          ({ apiVersion }) => !(isConfig && apiVersion.startsWith('fairlead.dev/')),
        ),
      );
    }
    computedMs += clock.monotonicMs() - beganMs;
    if (computedMs > parameters.timeoutMs) {
      const message = `${path} was not rendered within ${parameters.timeoutMs} ms.`;
      return failure(renderTimeout({ message, resource: path }));
    }
  }
  const twice = findDuplicate(manifests);
  if (twice !== null) return failure(twice);
  const warnings = [
    ...(manifests.length === 0 ? [`${path === '' ? 'The root' : path} holds no manifests.`] : []),
    ...passedOver.map(
      (file) =>
        `${file} is passed over: only names in lower case (.yaml, .yml, .json) are manifests.`,
    ),
  ];
  const readSet = new Map<string, string | null>([[path, oid], ...walked.value.links]);
  return success({ manifests, readSet, warnings, isCheap: bytesRead <= cheapBytes });
}

/** Which files the application chooses, by their path from its folder on. */
function chosenBy(
  directory: RenderParameters['directory'],
  root: string,
): (file: string) => boolean {
  const { include = [], exclude = [] } = directory ?? {};
  const isAny = (patterns: readonly string[], file: string): boolean =>
    patterns.some((pattern) => matches(pattern, pattern.includes('/') ? file : nameOf(file)));
  return (path) => {
    const file = root === '' ? path : path.slice(root.length + 1);
    return (include.length === 0 || isAny(include, file)) && !isAny(exclude, file);
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** @param sum of the bytes of this file and all before it. */
function decode(file: string, bytes: Uint8Array, sum: number): Result<string> {
  if (sum > maxRenderBytes) {
    const message = `The manifests have more than ${maxRenderBytes} bytes together (at ${file}).`;
    return failure(renderTooLarge({ message, resource: file }));
  }
  try {
    return success(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return failure(
      renderYamlSyntax({ message: `${file}:1:1: the file is not UTF-8 text`, resource: file }),
    );
  }
}

async function readBytes(tree: Tree, file: string): Promise<Result<Uint8Array>> {
  try {
    const bytes = await tree.read(file, maxFileBytes);
    if (bytes !== null) return success(bytes);
    return failure(linkBroken({ message: `${file} leads to nothing.`, resource: file }));
  } catch (error) {
    if (!(error instanceof FairleadError && error.code === 'source.file-too-large')) throw error;
    return failure(renderTooLarge({ message: error.message, resource: file, cause: error }));
  }
}

/** Fairlead's own configuration may stand beside the manifests of an application at the root of a repository. */
function isConfigFile(root: string, file: string): boolean {
  const inside = root === '' ? file : file.slice(root.length + 1);
  return /^fairlead(?:\.ya?ml|\/[^/]+\.ya?ml)$/.test(inside);
}
