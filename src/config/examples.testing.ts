/** Configuration that tests build on. */

/** A document with its spec on line 4. */
export function document(kind: string, name: string, spec: string): string {
  return `apiVersion: fairlead.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
}

/** One target, one environment, one application: the smallest whole configuration. */
export const smallest = `apiVersion: fairlead.dev/v1alpha1
kind: Target
metadata: {name: here}
spec: {host: {}}
---
apiVersion: fairlead.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec: {targets: [here], sync: auto}
---
apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: {name: site}
spec: {path: site, environments: [dev]}
`;
