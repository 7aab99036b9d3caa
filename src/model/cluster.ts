import type { JsonObject } from './json.ts';

/** What charts can ask about a cluster: Helm's `.Capabilities`. */
export interface ClusterCapabilities {
  /** As `v1.36.2`. */
  readonly kubeVersion: string;
  /** Group versions that are served, as `monitoring.coreos.com/v1`, and kinds, as `monitoring.coreos.com/v1/Prometheus`; sorted. */
  readonly apiVersions: readonly string[];
}

/** What a template asks a cluster for with `lookup`: one object, or without a name a list. */
export interface Lookup {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent: of no namespace, or for a list of all. */
  readonly namespace?: string;
  readonly name?: string;
}

/**
 * What is there: an object, for a list one with `items`, or `null`. `refused`: the project may not see it, with the
 * reason as half a sentence.
 */
export type LookupResult =
  | { readonly kind: 'found'; readonly object: JsonObject | null }
  | { readonly kind: 'refused'; readonly reason: string };

/** A lookup in a line. */
export function showLookup({ apiVersion, kind, namespace, name }: Lookup): string {
  return [apiVersion, kind, namespace, name].filter(Boolean).join(' ');
}
