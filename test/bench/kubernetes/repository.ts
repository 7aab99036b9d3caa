import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { git } from '../monorepo.ts';
import { firstImage, kinds, nameOf, namespaceOf, objectOf } from './workload.ts';
import type { Workload } from './workload.ts';

/** Applications in one file of `fairlead/`. */
const perFile = 50;

/** The monorepo: a folder for each application, and what says where they go. */
export interface BenchRepository {
  readonly url: string;
  /** Commits another image for one application. */
  setImage(application: number, image: string): void;
}

export function createRepository(
  folder: string,
  workload: Workload,
  options: { readonly helm: boolean; readonly kubeconfig: string },
): BenchRepository {
  const write = (path: string, text: string): void => {
    const at = join(folder, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, text);
  };
  write('fairlead/environment.yaml', environment(options.kubeconfig));
  for (let first = 0; first < workload.apps; first += perFile) {
    const count = Math.min(perFile, workload.apps - first);
    const documents = Array.from({ length: count }, (_, at) => application(nameOf(first + at)));
    write(`fairlead/applications-${first}.yaml`, documents.join('---\n'));
  }
  const { replicas } = workload;
  for (let at = 0; at < workload.apps; at += 1) {
    const files = options.helm ? chart(at, replicas) : kustomization(at, replicas);
    for (const [path, text] of Object.entries(files)) write(`apps/${nameOf(at)}/${path}`, text);
  }
  git(folder, 'init', '--quiet', '--initial-branch=main');
  git(folder, 'config', 'gc.auto', '0');
  commit(folder, 'All applications');
  return {
    url: folder,
    setImage: (at, image) => {
      const [path, text] = options.helm
        ? ['values.yaml', values(image, replicas)]
        : ['deployment.yaml', yaml(objectOf('Deployment', nameOf(at), replicas, image))];
      write(`apps/${nameOf(at)}/${path}`, text);
      commit(folder, `${nameOf(at)}: ${image}`);
    },
  };
}

function commit(folder: string, message: string): void {
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', message);
}

function environment(kubeconfig: string): string {
  return `apiVersion: fairlead.dev/v1alpha1
kind: Target
metadata: {name: cluster}
spec: {kubernetes: {kubeconfig: ${JSON.stringify(kubeconfig)}}}
---
apiVersion: fairlead.dev/v1alpha1
kind: Environment
metadata: {name: live}
spec: {targets: [cluster], sync: auto}
`;
}

function application(name: string): string {
  return `apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: {name: ${name}}
spec: {path: apps/${name}, environments: [live]}
`;
}

function kustomization(at: number, replicas: number): Readonly<Record<string, string>> {
  const name = nameOf(at);
  return {
    'kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: ${namespaceOf(at)}
labels:
  - pairs: {app.kubernetes.io/part-of: bench}
resources:
${kinds.map((kind) => `  - ${kind.toLowerCase()}.yaml`).join('\n')}
`,
    ...Object.fromEntries(
      kinds.map((kind) => [
        `${kind.toLowerCase()}.yaml`,
        yaml(objectOf(kind, name, replicas, firstImage)),
      ]),
    ),
  };
}

function chart(at: number, replicas: number): Readonly<Record<string, string>> {
  const namespace = namespaceOf(at);
  return {
    'Chart.yaml': `apiVersion: v2\nname: ${nameOf(at)}\nversion: 1.0.0\n`,
    'values.yaml': values(firstImage, replicas),
    ...Object.fromEntries(
      kinds.map((kind) => {
        const object = objectOf(kind, '{{ .Chart.Name }}', replicas, '{{ .Values.image }}');
        const { metadata } = object as { readonly metadata: object };
        const whole = { ...object, metadata: { ...metadata, namespace } };
        const text = yaml(whole).replace(/"replicas": \d+/, '"replicas": {{ .Values.replicas }}');
        return [`templates/${kind.toLowerCase()}.yaml`, text];
      }),
    ),
  };
}

function values(image: string, replicas: number): string {
  return `image: ${image}\nreplicas: ${replicas}\n`;
}

/** JSON is YAML; indented, so that a change is one line. */
function yaml(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
