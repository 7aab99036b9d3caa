import type { FairleadError } from '../model/error.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { isJsonObject } from '../model/json.ts';
import type { Manifest } from '../model/resource.ts';
import { failure, success } from '../model/result.ts';
import type { Result } from '../model/result.ts';
import { notAManifest } from './errors.ts';
import type { ManifestDocument } from './manifest-yaml.ts';

/** Deepest nesting of lists in lists. */
const maxListDepth = 8;

/** The manifests of one document: itself, or the members of a `kind: List`. */
export function toManifests(file: string, document: ManifestDocument): Result<readonly Manifest[]> {
  const manifests: Manifest[] = [];
  const add = (
    value: Json,
    line: number,
    itemLines: readonly number[],
    depth: number,
  ): FairleadError | null => {
    const fault = (message: string): FairleadError =>
      notAManifest({ message: `${file}:${line}: ${message}`, resource: `${file}:${line}` });
    if (!isJsonObject(value)) return fault('this is not a mapping with apiVersion and kind');
    const { apiVersion, kind } = value;
    if (typeof apiVersion !== 'string' || apiVersion === '') return fault('apiVersion is missing');
    if (typeof kind !== 'string' || kind === '') return fault('kind is missing');
    if (!/^(?:[^/\s]+\/)?[^/\s]+$/.test(apiVersion))
      return fault(`apiVersion "${apiVersion}" is not valid`);
    if (/[/\s]/.test(kind)) return fault(`kind "${kind}" is not valid`);
    const { items } = value;
    if (kind.endsWith('List') && Array.isArray(items)) {
      if (depth >= maxListDepth) return fault('lists are nested too deeply');
      for (const [index, item] of (items as readonly Json[]).entries()) {
        const wrong = add(item, itemLines[index] ?? line, [], depth + 1);
        if (wrong !== null) return wrong;
      }
      return null;
    }
    const metadata = isJsonObject(value['metadata']) ? value['metadata'] : {};
    const name = identifier(metadata, 'name');
    const namespace = identifier(metadata, 'namespace');
    const prefix = name === undefined ? hookPrefix(metadata) : undefined;
    if (name === undefined && prefix === undefined) {
      const why =
        metadata['generateName'] === undefined
          ? ''
          : ': with generateName it would be another one each time, which only a hook may be';
      return fault(`metadata.name of this ${kind} is missing${why}`);
    }
    if (name === null || name === '')
      return fault(`metadata.name of this ${kind} is not valid${whyNot(metadata['name'])}`);
    if (namespace === null)
      return fault(
        `metadata.namespace of this ${kind} is not valid${whyNot(metadata['namespace'])}`,
      );
    manifests.push({
      apiVersion,
      kind,
      name: name ?? prefix ?? '',
      namespace: namespace ?? '',
      body: value,
      origin: { file, line },
    });
    return null;
  };
  const wrong = add(document.value, document.line, document.itemLines, 0);
  return wrong === null ? success(manifests) : failure(wrong);
}

/** Annotations of what is run and not kept up. */
const hookAnnotations = ['argocd.argoproj.io/hook', 'helm.sh/hook'];

/** What the name of a hook begins with that leaves the rest to the server; `undefined`: it is none. */
function hookPrefix(metadata: JsonObject): string | undefined {
  const annotations = isJsonObject(metadata['annotations']) ? metadata['annotations'] : {};
  const isHook = hookAnnotations.some((name) => Object.hasOwn(annotations, name));
  const prefix = identifier(metadata, 'generateName') ?? '';
  return isHook && prefix !== '' ? prefix : undefined;
}

/** A name that YAML takes for something else is the mistake that everybody makes. */
function whyNot(value: Json | undefined): string {
  if (typeof value !== 'number' && typeof value !== 'boolean') return '';
  return `: ${value} is a ${typeof value}; put it in quotes`;
}

/**
 * A part of a resource id: text without slash or control characters. `null`: there, but not that. An empty field is as
 * good as none, for the server too: charts write `namespace: {{ .Values.namespace }}` for a value that may be missing.
 */
function identifier(metadata: JsonObject, field: string): string | null | undefined {
  const value = metadata[field];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' && value.length <= 253 && !/[/\p{Cc}]/u.test(value)
    ? value
    : null;
}
