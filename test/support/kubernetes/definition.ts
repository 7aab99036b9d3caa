import type { KubeObject } from '../cluster.ts';

/** A kind of a test's own. */
interface DefinedKind {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  /** Fields of `spec` with their schemas. */
  readonly spec: Readonly<Record<string, object>>;
}

/** The CustomResourceDefinition of a namespaced kind with one version, `v1`. */
export function definitionOf({ group, kind, plural, spec }: DefinedKind): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: spec } },
            },
          },
        },
      ],
    },
  };
}

/** A kind with a size, in a group of the test's own. */
export function widgetsOf(group: string): KubeObject {
  return definitionOf({
    group,
    kind: 'Widget',
    plural: 'widgets',
    spec: { size: { type: 'integer' } },
  });
}
