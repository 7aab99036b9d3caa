import { runGo } from './go.ts';
import type { Go } from './go.ts';

/**
 * What the makers of helm set when they build it: its version, and as the version of Kubernetes that charts see by
 * default that of the client it was made with.
 */
export function helmLinkerFlags(go: Go, folder: string): string {
  const helm = 'helm.sh/helm/v3';
  const variables = {
    [`${helm}/internal/version.version`]: moduleVersion(go, folder, helm),
    [`${helm}/pkg/chartutil.k8sVersionMajor`]: '1',
    [`${helm}/pkg/chartutil.k8sVersionMinor`]:
      moduleVersion(go, folder, 'k8s.io/client-go').split('.')[1] ?? '',
  };
  return Object.entries(variables)
    .map(([name, value]) => `-X ${name}=${value}`)
    .join(' ');
}

/** The version of a module that the Go module in `folder` uses. */
function moduleVersion(go: Go, folder: string, module: string): string {
  return runGo(go, folder, ['list', '-m', '-f', '{{.Version}}', module]).trim();
}
