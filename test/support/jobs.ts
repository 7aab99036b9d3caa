import { playLabel } from '../../src/cluster/kwok.ts';
import type { Play } from '../../src/cluster/kwok.ts';
import { podTemplate } from './cluster.ts';
import type { KubeObject } from './cluster.ts';
import type { KubernetesBench } from './kubernetes-bench.ts';

export const jobs = 'batch/v1/jobs';

/** A Job that ends well at once, or as `play` says. */
export function job(
  name: string,
  annotations: Readonly<Record<string, string>>,
  play?: Play,
): KubeObject {
  const template = podTemplate(name, play === undefined ? {} : { [playLabel]: play });
  template.spec.restartPolicy = 'Never';
  const spec = { backoffLimit: 0, template };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, annotations }, spec };
}

/** Annotations of a hook of Argo CD's. */
export const argo = (phase: string, deletion?: string): Readonly<Record<string, string>> => ({
  'argocd.argoproj.io/hook': phase,
  ...(deletion === undefined ? {} : { 'argocd.argoproj.io/hook-delete-policy': deletion }),
});

/** Annotations of a hook of Helm's. */
export const helm = (events: string, more: Readonly<Record<string, string>> = {}) => ({
  'helm.sh/hook': events,
  ...more,
});

/** What each release of an application did, the oldest first: `run migrate, create web`. */
export async function releasesOf(
  shop: KubernetesBench,
  application = 'shop',
): Promise<readonly string[]> {
  const selector = { application, environment: 'dev' };
  const list = await shop.bench.api.releases({ ...selector, limit: 20 });
  return list
    .map(({ steps }) =>
      steps.map(({ action, resource }) => `${action} ${resource.split('/').at(-1)}`),
    )
    .map((steps) => steps.join(', '))
    .toReversed();
}

/** Lets a Job go on whose pods wait (`pending`). */
export async function letEnd(shop: KubernetesBench, name: string): Promise<void> {
  const pods = `/api/v1/namespaces/${shop.namespace}/pods`;
  const { items } = await shop.kube.get(pods);
  for (const { metadata } of items) {
    const { labels = {} } = metadata;
    if (labels['job-name'] !== name || labels[playLabel] === undefined) continue;
    try {
      await shop.kube.patch(`${pods}/${metadata.name}`, {
        metadata: { labels: { [playLabel]: null } },
      });
    } catch (thrown) {
      // It has ended and gone meanwhile.
      if ((await shop.kube.find(`${pods}/${metadata.name}`)) !== null) throw thrown;
    }
  }
}
