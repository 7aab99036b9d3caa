import { isJsonObject } from '../../model/json.ts';
import type { Manifest } from '../../model/resource.ts';

/** Labels and annotations that every object of an application gets, over its own of the same name. */
interface Marks {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** Puts the marks on each object; selectors and templates of pods stay as they are. */
export function mark(manifests: readonly Manifest[], marks: Marks): readonly Manifest[] {
  const { labels = {}, annotations = {} } = marks;
  const added = Object.entries({ labels, annotations }).filter(
    ([, values]) => Object.keys(values).length > 0,
  );
  if (added.length === 0) return manifests;
  return manifests.map((manifest) => {
    const metadata = isJsonObject(manifest.body['metadata']) ? manifest.body['metadata'] : {};
    const more = added.map(([name, values]) => {
      const own = metadata[name];
      return [name, { ...(isJsonObject(own) ? own : {}), ...values }] as const;
    });
    const body = { ...manifest.body, metadata: { ...metadata, ...Object.fromEntries(more) } };
    return { ...manifest, body };
  });
}
