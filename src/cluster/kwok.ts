import type { Layout } from './layout.ts';

/** The label by which a pod template asks for something else than to become ready (and, of a Job or of a Pod that runs once, to succeed). */
export const playLabel = 'kwok-plays';

/** `crash`: its containers wait in CrashLoopBackOff; `fail`: it ends as Failed; `pending`: nothing; `slow`: ready after 2 s. */
export type Play = 'crash' | 'fail' | 'pending' | 'slow';

/** How nodes and pods live: see https://kwok.sigs.k8s.io/docs/user/stages-configuration/ */
export function kwokConfig(layout: Layout): string {
  return [
    nodeStage,
    podStage('pod-ready', [notLeaving, fresh, plays('DoesNotExist')], running),
    podStage('pod-slow', [notLeaving, fresh, plays('In', 'slow')], running, 2_000),
    podStage('pod-crash', [notLeaving, fresh, plays('In', 'crash')], crashing),
    podStage('pod-fail', [notLeaving, fresh, plays('In', 'fail')], ended('Failed', 'Error', 1)),
    podStage(
      'pod-complete',
      [notLeaving, isRunning, ofJob, plays('NotIn', 'crash')],
      ended('Succeeded', 'Completed', 0),
    ),
    // As `helm create` writes the test of a chart.
    podStage(
      'pod-complete-alone',
      [notLeaving, isRunning, ofNobody, runsOnce, plays('NotIn', 'crash')],
      ended('Succeeded', 'Completed', 0),
    ),
    podDelete,
    logs(layout.podLog),
  ].join('---\n');
}

const notLeaving = `- {key: .metadata.deletionTimestamp, operator: DoesNotExist}`;
const fresh = `- {key: .status.podIP, operator: DoesNotExist}`;
const isRunning = `- {key: .status.phase, operator: In, values: [Running]}`;
const ofJob = `- {key: '.metadata.ownerReferences.[].kind', operator: In, values: [Job]}`;
const ofNobody = `- {key: .metadata.ownerReferences, operator: DoesNotExist}`;
const runsOnce = `- {key: .spec.restartPolicy, operator: In, values: [Never]}`;

function plays(operator: string, value?: Play): string {
  const values = value === undefined ? '' : `, values: [${value}]`;
  return `- {key: '.metadata.labels["${playLabel}"]', operator: ${operator}${values}}`;
}

function podStage(
  name: string,
  expressions: readonly string[],
  status: string,
  delayMs?: number,
): string {
  return `apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: ${name}}
spec:
  resourceRef: {apiGroup: v1, kind: Pod}
  selector:
    matchExpressions:
${indent(expressions.join('\n'), 4)}
${delayMs === undefined ? '' : `  delay: {durationMilliseconds: ${delayMs}}\n`}  next:
    statusTemplate: |
${indent(status, 6)}
`;
}

const podDelete = `apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: pod-delete}
spec:
  resourceRef: {apiGroup: v1, kind: Pod}
  selector:
    matchExpressions:
    - {key: .metadata.deletionTimestamp, operator: Exists}
  next: {delete: true}
`;

const place = `hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) | Quote }}
startTime: {{ $now | Quote }}`;

const running = `{{ $now := Now }}
phase: Running
${conditions('True')}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  started: true
  restartCount: 0
  state: {running: {startedAt: {{ $now | Quote }}}}
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}
{{ end }}
${place}`;

const crashing = `{{ $now := Now }}
phase: Running
${conditions('False')}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  started: false
  restartCount: 5
  state: {waiting: {reason: CrashLoopBackOff, message: "back-off 5m0s restarting failed container"}}
  lastState: {terminated: {exitCode: 1, reason: Error, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}
{{ end }}
${place}`;

function ended(phase: string, reason: string, exitCode: number): string {
  return `{{ $now := Now }}
phase: ${phase}
${conditions('False')}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  started: false
  restartCount: 0
  state: {terminated: {exitCode: ${exitCode}, reason: ${reason}, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}
{{ end }}
${place}`;
}

function conditions(ready: 'True' | 'False'): string {
  const one = (type: string, status: string): string =>
    `- {type: ${type}, status: "${status}", lastTransitionTime: {{ $now | Quote }}}`;
  return [
    'conditions:',
    one('Initialized', 'True'),
    one('Ready', ready),
    one('ContainersReady', ready),
  ]
    .join('\n')
    .concat(
      `\n{{ range .spec.readinessGates }}\n${one('{{ .conditionType | Quote }}', ready)}\n{{ end }}`,
    );
}

const nodeStage = `apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: node-ready}
spec:
  resourceRef: {apiGroup: v1, kind: Node}
  selector:
    matchExpressions:
    - key: '.status.conditions.[] | select( .type == "Ready" ) | .status'
      operator: NotIn
      values: ['True']
  next:
    statusTemplate: |
      {{ $now := Now }}
      conditions:
      - {type: Ready, status: "True", reason: KubeletReady, message: played by kwok, lastHeartbeatTime: {{ $now | Quote }}, lastTransitionTime: {{ $now | Quote }}}
      addresses:
      - {type: InternalIP, address: {{ NodeIP | Quote }}}
      - {type: Hostname, address: {{ .metadata.name | Quote }}}
      daemonEndpoints: {kubeletEndpoint: {Port: {{ NodePort }}}}
      allocatable: {cpu: 1k, memory: 1Ti, pods: 10k}
      capacity: {cpu: 1k, memory: 1Ti, pods: 10k}
      nodeInfo:
        architecture: amd64
        bootID: ""
        containerRuntimeVersion: kwok
        kernelVersion: kwok
        kubeProxyVersion: kwok
        kubeletVersion: kwok
        machineID: ""
        operatingSystem: linux
        osImage: kwok
        systemUUID: ""
`;

function logs(file: string): string {
  return `apiVersion: kwok.x-k8s.io/v1alpha1
kind: ClusterLogs
metadata: {name: everywhere}
spec:
  logs:
  - logsFile: ${JSON.stringify(file)}
`;
}

/** The nodes, which kwok makes ready. */
export const nodes: readonly object[] = ['a', 'b', 'c'].map((zone) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: `node-${zone}`,
    labels: {
      'kubernetes.io/arch': 'amd64',
      'kubernetes.io/hostname': `node-${zone}`,
      'kubernetes.io/os': 'linux',
      'topology.kubernetes.io/zone': zone,
    },
  },
}));

function indent(text: string, by: number): string {
  return text
    .split('\n')
    .map((line) => `${' '.repeat(by)}${line}`)
    .join('\n');
}
