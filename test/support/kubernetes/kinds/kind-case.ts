import type { KubeObject } from '../../cluster.ts';

/** One object of a kind, and what somebody does to it by hand. */
export interface KindCase {
  readonly object: KubeObject;
  /** A merge patch that changes a field of the manifest; `null` where the kind lets nothing in its body change. */
  readonly edit: KubeObject;
}

/** What the manifests of one test are made with. */
export interface Names {
  readonly namespace: string;
  /** Of what has no namespace: unlike in any other test. */
  readonly prefix: string;
  /** What custom kinds are defined in. */
  readonly group: string;
}

export function kindCase(
  apiVersion: string,
  kind: string,
  name: string,
  body: KubeObject,
  edit: KubeObject,
): KindCase {
  return { object: { apiVersion, kind, metadata: { name }, ...body }, edit };
}
