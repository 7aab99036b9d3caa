import type { HelmConfig } from '../../model/config.ts';
import type { RenderParameters } from '../renderer.ts';
import type { Capabilities } from './protocol.ts';

/** How charts are rendered, with the names of this application and environment in it. */
export function helmSettings(parameters: RenderParameters): HelmConfig {
  const { application, environment, helm, tests = helm?.tests ?? false } = parameters;
  const named = (text: string): string => text.replaceAll('{environment}', environment);
  if (helm === undefined) {
    return {
      releaseName: application,
      namespace: 'default',
      valuesFiles: [],
      ignoreMissingValuesFiles: false,
      values: {},
      crds: true,
      tests,
      kubeVersion: null,
      apiVersions: [],
    };
  }
  return {
    ...helm,
    tests,
    releaseName: named(helm.releaseName),
    namespace: named(helm.namespace),
    valuesFiles: helm.valuesFiles.map(named),
  };
}

/** What charts are told about the cluster: what the application says, else what the target is, else what the engine knows. */
export function capabilitiesOf({ helm, capabilities }: RenderParameters): Capabilities {
  return {
    kubeVersion: helm?.kubeVersion ?? capabilities?.kubeVersion ?? '',
    apiVersions: helm?.apiVersions ?? [],
    ...(capabilities === undefined ? {} : { served: capabilities.apiVersions }),
  };
}
