import type { HelmConfig } from '../../model/config.ts';
import type { RenderParameters } from '../renderer.ts';
import type { Capabilities } from './protocol.ts';

/** How charts are rendered, with the names of this application and environment in it. */
export function helmSettings({ application, environment, helm }: RenderParameters): HelmConfig {
  const named = (text: string): string => text.replaceAll('{environment}', environment);
  if (helm === undefined) {
    return {
      releaseName: application,
      namespace: 'default',
      valuesFiles: [],
      ignoreMissingValuesFiles: false,
      values: {},
      crds: true,
      kubeVersion: null,
      apiVersions: [],
    };
  }
  return {
    ...helm,
    releaseName: named(helm.releaseName),
    namespace: named(helm.namespace),
    valuesFiles: helm.valuesFiles.map(named),
  };
}

export function capabilitiesOf(helm: HelmConfig | undefined): Capabilities {
  return { kubeVersion: helm?.kubeVersion ?? '', apiVersions: helm?.apiVersions ?? [] };
}
