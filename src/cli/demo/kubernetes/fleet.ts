import type { Files } from '../repository.ts';

/** The applications of the demo in their environments. */
export type Name = 'shop@dev' | 'shop@prod' | 'web@dev' | 'web@prod' | 'tools@dev';

/** The environments of the demo; changes go live by themselves in `dev`. */
export type EnvironmentName = 'dev' | 'prod';

/** What a commit says of the shop. */
interface ShopVersion {
  readonly tag: string;
  readonly motto: string;
  /** Its pods never come up. */
  readonly crashes?: boolean;
}

/** What the commits of the demo sell, in their order. */
export const shopVersions = {
  first: { tag: '1.0', motto: 'coffee' },
  bad: { tag: '2.0', motto: 'coffee and cake', crashes: true },
  good: { tag: '2.1', motto: 'coffee and cake' },
} as const satisfies Record<string, ShopVersion>;

/** Of the shop. It is never pulled: kwok plays the pods. */
export const image = 'registry.example/shop';

const head = 'apiVersion: fairlead.dev/v1alpha1';

const tools = `---
${head}
kind: Application
metadata: {name: tools}
spec:
  path: tools
  environments: [dev]
  kubernetes: {namespace: tools}
`;

/** One target, two environments with different rules, an application of overlays and one of a chart. */
export function configurationFiles(withTools = false): Files {
  return {
    'fairlead.yaml': `${head}
kind: Target
metadata: {name: cluster}
spec: {kubernetes: {context: demo}}
---
${head}
kind: Environment
metadata: {name: dev}
spec: {targets: [cluster], sync: auto}
---
${head}
kind: Environment
metadata: {name: prod}
spec: {targets: [cluster], sync: approve}
---
${head}
kind: Application
metadata: {name: shop}
spec:
  path: shop/overlays/{environment}
  environments: [dev, prod]
  timeouts: {health: 20s}
---
${head}
kind: Application
metadata: {name: web}
spec:
  path: web
  environments: [dev, prod]
  helm: {valuesFiles: ["/values/{environment}.yaml"]}
  kubernetes:
    namespace: web-{environment}
    syncOptions: [CreateNamespace=true]
${withTools ? tools : ''}`,
  };
}

/** Kustomize: a base, and an overlay for each environment. */
export function shopFiles(version: ShopVersion): Files {
  const crash = version.crashes === true ? ', kwok-plays: crash' : '';
  return {
    'shop/base/kustomization.yaml': `resources: [deployment.yaml, service.yaml, account.yaml]
configMapGenerator:
  - name: shop
    literals: ["motto=${version.motto}"]
images: [{name: ${image}, newTag: "${version.tag}"}]
`,
    'shop/base/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop${crash}}}
    spec:
      serviceAccountName: shop
      containers:
        - name: shop
          image: ${image}
          envFrom: [{configMapRef: {name: shop}}]
`,
    'shop/base/service.yaml': `apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports: [{port: 80}]
`,
    'shop/base/account.yaml': `apiVersion: v1
kind: ServiceAccount
metadata: {name: shop}
`,
    ...overlay('dev', 1),
    ...overlay('prod', 3),
  };
}

/** What the careless commit leaves of the base. */
export const emptiedBase: Files = {
  'shop/base/kustomization.yaml': 'resources: [account.yaml]\n',
  'shop/base/deployment.yaml': null,
  'shop/base/service.yaml': null,
};

function overlay(environment: EnvironmentName, replicas: number): Files {
  const folder = `shop/overlays/${environment}`;
  return {
    [`${folder}/kustomization.yaml`]: `namespace: shop-${environment}
resources: [namespace.yaml, ../../base]
patches:
  - target: {kind: Deployment}
    patch: |
      - {op: replace, path: /spec/replicas, value: ${replicas}}
`,
    [`${folder}/namespace.yaml`]: `apiVersion: v1
kind: Namespace
metadata: {name: shop-${environment}}
`,
  };
}

/** Helm: a chart with a hook, and values for each environment. */
export function webFiles(tag = '1.27'): Files {
  return {
    'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'web/values.yaml': 'replicas: 1\n',
    'web/templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      containers: [{name: web, image: "nginx:{{ .Values.tag }}"}]
`,
    'web/templates/service.yaml': `apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {app: {{ .Release.Name }}}
  ports: [{port: 80}]
`,
    'web/templates/migrate.yaml': `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-migrate
  annotations: {helm.sh/hook: "pre-install,pre-upgrade"}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: migrate, image: registry.example/migrate}]
`,
    ...values('dev', tag, 1),
    ...values('prod', tag, 2),
  };
}

/** The values of `web` in one environment. */
export function values(environment: EnvironmentName, tag: string, replicas: number): Files {
  return { [`values/${environment}.yaml`]: `tag: "${tag}"\nreplicas: ${replicas}\n` };
}

/** What somebody applied by hand before there was an application for it. */
export const toolsManifest = `apiVersion: v1
kind: ConfigMap
metadata: {name: tools}
data: {level: info}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: tools}
spec:
  replicas: 2
  selector: {matchLabels: {app: tools}}
  template:
    metadata: {labels: {app: tools}}
    spec:
      containers:
        - name: tools
          image: registry.example/tools:1
          resources: {limits: {cpu: 1000m}}
`;

/** A rule of the platform team: the server refuses what breaks it, whoever sends it. */
export const policyManifest = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: no-latest}
spec:
  matchConstraints:
    resourceRules:
      - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}
  validations:
    - expression: "object.spec.template.spec.containers.all(c, !c.image.endsWith(':latest'))"
      message: images must name a version, not latest
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: no-latest}
spec: {policyName: no-latest, validationActions: [Deny]}
`;
