import type { Position } from '../config/problem.ts';
import { parseYaml } from '../config/yaml.ts';
import type { YamlDocument } from '../config/yaml.ts';
import type { Manifest } from '../model/resource.ts';

type Path = readonly (string | number)[];

/** Looks for fields of manifests in the file that they come from. */
export type FieldLocator = (
  manifest: Pick<Manifest, 'kind' | 'name' | 'origin'>,
  path: Path,
  atKey: boolean,
) => Position | null;

/**
 * Finds where the fields of manifests stand in the text of their file, or their nearest parents that are there; `null` for a
 * manifest that does not stand in it as it is, because a template or a tool made it. For the moment when something is wrong:
 * places take many times as much memory as the text, so nobody keeps them.
 */
export function createFieldLocator(text: string): FieldLocator {
  const parsed = parseYaml(text);
  const documents = parsed.ok ? parsed.documents : [];
  return (manifest, path, atKey) => {
    for (const document of documents) {
      const prefix = prefixOf(document, manifest);
      if (prefix !== null) return document.locate([...prefix, ...path], atKey);
    }
    return null;
  };
}

/** Where in a document a manifest is: it itself, or an item of a list; `null`: it is in another one. */
function prefixOf(
  document: YamlDocument,
  { origin, ...manifest }: Pick<Manifest, 'kind' | 'name' | 'origin'>,
): Path | null {
  const { value, start } = document;
  if (start.line === origin.line && isThat(value, manifest)) return [];
  const items = (value as { items?: unknown } | null)?.items;
  if (!Array.isArray(items)) return null;
  const at = items.findIndex(
    (item, index) =>
      isThat(item, manifest) && document.locate(['items', index]).line === origin.line,
  );
  return at < 0 ? null : ['items', at];
}

function isThat(value: unknown, { kind, name }: Pick<Manifest, 'kind' | 'name'>): boolean {
  const document = value as { kind?: unknown; metadata?: { name?: unknown } | null } | null;
  return document?.kind === kind && document.metadata?.name === name;
}
