import type { KindRule } from '../rule.ts';
import { argo } from './argo.ts';
import { batch } from './batch.ts';
import { certManager } from './cert-manager.ts';
import { cloudNativePg } from './cloud-native-pg.ts';
import { cloud } from './cloud.ts';
import { clusterApi } from './cluster-api.ts';
import { crossplane } from './crossplane.ts';
import { databases } from './databases.ts';
import { elastic } from './elastic.ts';
import { externalSecrets } from './external-secrets.ts';
import { flux } from './flux.ts';
import { gatewayApi } from './gateway-api.ts';
import { istio } from './istio.ts';
import { karpenter } from './karpenter.ts';
import { keda } from './keda.ts';
import { knative } from './knative.ts';
import { kubevirt } from './kubevirt.ts';
import { longhorn } from './longhorn.ts';
import { networking } from './networking.ts';
import { observability } from './observability.ts';
import { openshift } from './openshift.ts';
import { platform } from './platform.ts';
import { policy } from './policy.ts';
import { prometheus } from './prometheus.ts';
import { rabbitmq } from './rabbitmq.ts';
import { rook } from './rook.ts';
import { strimzi } from './strimzi.ts';
import { tekton } from './tekton.ts';
import { velero } from './velero.ts';

/** Custom kinds, by who makes them. */
export const custom: readonly KindRule[] = [
  ...argo,
  ...batch,
  ...certManager,
  ...cloudNativePg,
  ...cloud,
  ...clusterApi,
  ...crossplane,
  ...databases,
  ...elastic,
  ...externalSecrets,
  ...flux,
  ...gatewayApi,
  ...istio,
  ...karpenter,
  ...keda,
  ...knative,
  ...kubevirt,
  ...longhorn,
  ...networking,
  ...observability,
  ...openshift,
  ...platform,
  ...policy,
  ...prometheus,
  ...rabbitmq,
  ...rook,
  ...strimzi,
  ...tekton,
  ...velero,
];
