import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deployment } from '../support/cluster.ts';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench } from '../support/kubernetes-bench.ts';

let shop: KubernetesBench;

beforeEach(async () => {
  // Nothing measures pods here, so an autoscaler is never healthy.
  const patience = { onFailure: 'stay', timeouts: { health: '4s' } };
  shop = await createKubernetesBench({ applications: { shop: patience } });
});

afterEach(async () => {
  await shop[Symbol.asyncDispose]();
});

describe('fields that belong to others', () => {
  test('the replicas that an autoscaler in the source scales are its own, and stay when it comes', async () => {
    const scaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: {
        minReplicas: 1,
        maxReplicas: 9,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      },
    };
    shop.commit({ 'shop/all.yaml': yaml(deployment('web', 3)) });
    await shop.settles();
    shop.commit({ 'shop/all.yaml': yaml(deployment('web', 3), scaler) });
    await shop.sees('the autoscaler is there', async () =>
      Boolean(await shop.live('autoscaling/v2/horizontalpodautoscalers', 'web')),
    );
    const replicas = async () => (await shop.live('apps/v1/deployments', 'web')).spec.replicas;
    expect(await replicas()).toBe(3);
    const scale = `/apis/apps/v1/namespaces/${shop.namespace}/deployments/web/scale`;
    await shop.kube.patch(scale, { spec: { replicas: 5 } });
    const more = deployment('web', 3);
    more.metadata.labels = { tier: 'front' };
    shop.commit({ 'shop/all.yaml': yaml(more, scaler) });
    await shop.sees(
      'the change is live',
      async () => (await shop.live('apps/v1/deployments', 'web')).metadata.labels.tier === 'front',
    );
    expect(await replicas()).toBe(5);
  });

  test('the replicas that an autoscaler made by somebody else scales are left to it', async () => {
    shop.commit({ 'shop/all.yaml': yaml(deployment('web', 3)) });
    await shop.settles();
    await shop.kube.post(
      `/apis/autoscaling/v2/namespaces/${shop.namespace}/horizontalpodautoscalers`,
      {
        metadata: { name: 'theirs' },
        spec: {
          minReplicas: 1,
          maxReplicas: 9,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        },
      },
    );
    const scale = `/apis/apps/v1/namespaces/${shop.namespace}/deployments/web/scale`;
    await shop.kube.patch(scale, { spec: { replicas: 5 } });
    const labelled = deployment('web', 3);
    labelled.metadata.labels = { tier: 'front' };
    shop.commit({ 'shop/all.yaml': yaml(labelled) });
    await shop.settles();
    const live = await shop.live('apps/v1/deployments', 'web');
    expect(live.metadata.labels.tier).toBe('front');
    expect(live.spec.replicas).toBe(5);
  });

  test('once an autoscaler is gone, the number of the source counts again', async () => {
    const replicas = async () => (await shop.live('apps/v1/deployments', 'web')).spec.replicas;
    const scale = `/apis/apps/v1/namespaces/${shop.namespace}/deployments/web/scale`;
    const scaler = (name: string) => ({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name },
      spec: {
        minReplicas: 4,
        maxReplicas: 9,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      },
    });
    const scalers = 'autoscaling/v2/horizontalpodautoscalers';
    shop.commit({ 'shop/all.yaml': yaml(deployment('web', 3)) });
    await shop.settles();
    // Somebody else's: it is noticed with the next look, whatever that is for.
    await shop.kube.post(
      `/apis/autoscaling/v2/namespaces/${shop.namespace}/horizontalpodautoscalers`,
      scaler('theirs'),
    );
    await shop.kube.patch(scale, { spec: { replicas: 5 } });
    await shop.bench.look('shop@dev');
    await shop.settles();
    expect(await replicas()).toBe(5);
    await shop.destroy(scalers, 'theirs');
    await shop.sees('a look brings it back', async () => {
      await shop.bench.look('shop@dev');
      return (await replicas()) === 3;
    });

    // One of the source: with the release that removes it.
    shop.commit({ 'shop/all.yaml': yaml(deployment('web', 3), scaler('ours')) });
    await shop.sees('it is there', async () => Boolean(await shop.live(scalers, 'ours')));
    await shop.kube.patch(scale, { spec: { replicas: 6 } });
    shop.commit({ 'shop/all.yaml': yaml(deployment('web', 3)) });
    await shop.sees('it is gone', async () => (await shop.live(scalers, 'ours')) === null);
    await shop.sees('the number is back', async () => (await replicas()) === 3);
  });

  test('a field of what somebody has made anew goes when the source drops it, like one of what was adopted', async () => {
    const selector = { application: 'shop', environment: 'dev', actor: 'ada' };
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { kept: '1', dropped: '1' })) });
    await shop.settles();
    await shop.bench.api.hold({ ...selector, reason: 'by hand', expiresAtMs: null });
    await shop.destroy('configmaps', 'a');
    await shop.kube.post(
      `/api/v1/namespaces/${shop.namespace}/configmaps?fieldManager=kubectl-create`,
      configMap('a', { kept: '2', dropped: '1' }),
    );
    await shop.bench.api.resume(selector);
    await shop.sees(
      'it is healed',
      async () => (await shop.live('configmaps', 'a')).data.kept === '1',
    );
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { kept: '1' })) });
    await shop.settles();
    expect((await shop.live('configmaps', 'a')).data).toEqual({ kept: '1' });
  });

  test("the replicas that KEDA's ScaledObject in the source scales are its own", async () => {
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    await shop.kube.post(definitions, scaledObjects);
    try {
      const scaler = {
        apiVersion: 'keda.sh/v1alpha1',
        kind: 'ScaledObject',
        metadata: { name: 'web' },
        spec: { scaleTargetRef: { name: 'web' }, triggers: [{ type: 'cron' }] },
      };
      shop.commit({ 'shop/all.yaml': yaml(deployment('web', 3), scaler) });
      await shop.sees('both are there', async () =>
        Boolean(
          (await shop.live('keda.sh/v1alpha1/scaledobjects', 'web')) &&
          (await shop.live('apps/v1/deployments', 'web')),
        ),
      );
      const scale = `/apis/apps/v1/namespaces/${shop.namespace}/deployments/web/scale`;
      await shop.kube.patch(scale, { spec: { replicas: 5 } });
      const labelled = deployment('web', 3);
      labelled.metadata.labels = { tier: 'front' };
      shop.commit({ 'shop/all.yaml': yaml(labelled, scaler) });
      const live = () => shop.live('apps/v1/deployments', 'web');
      await shop.sees(
        'the change is live',
        async () => (await live()).metadata.labels?.tier === 'front',
      );
      expect((await live()).spec.replicas).toBe(5);
      // Taken out of the source and made by hand: it has no autoscaler of its own here, as while KEDA pauses.
      shop.commit({ 'shop/all.yaml': yaml(deployment('web', 3)) });
      const path = `/apis/keda.sh/v1alpha1/namespaces/${shop.namespace}/scaledobjects`;
      await shop.sees('it is gone', async () => (await shop.kube.find(`${path}/web`)) === null);
      await shop.kube.post(path, { ...scaler, metadata: { name: 'theirs' } });
      // That there was none is believed for a moment.
      await shop.sees('its number is left to it', async () => {
        await shop.kube.patch(scale, { spec: { replicas: 0 } });
        await shop.bench.look('shop@dev');
        await shop.settles();
        return (await live()).spec.replicas === 0;
      });
    } finally {
      await shop.kube.delete(`${definitions}/${scaledObjects.metadata.name}`);
    }
  });

  test('ignored differences are made once and then left alone', async () => {
    const shared = configMap('a', { ours: '1', theirs: 'first' });
    shared.metadata.annotations = { 'fairlead.dev/ignore-differences': '/data/theirs' };
    shop.commit({ 'shop/a.yaml': yaml(shared) });
    await shop.settles();
    expect((await shop.live('configmaps', 'a')).data).toEqual({ ours: '1', theirs: 'first' });
    await shop.edit('configmaps', 'a', { data: { ours: 'x', theirs: 'by hand' } });
    await shop.sees(
      'ours is healed',
      async () => (await shop.live('configmaps', 'a')).data.ours === '1',
    );
    expect((await shop.live('configmaps', 'a')).data.theirs).toBe('by hand');
    await shop.settles();
  });

  test('ignored differences in items of lists stay as they are live, whoever wrote them last', async () => {
    const web = deployment('web', 1);
    const [container] = web.spec.template.spec.containers;
    web.spec.template.spec.containers.push({ ...container, name: 'side', image: 'side:1' });
    web.spec.template.spec.tolerations = [{ key: 'a', value: 'first', operator: 'Equal' }];
    web.metadata.annotations = {
      'fairlead.dev/ignore-differences':
        '/spec/template/spec/containers/0/image, /spec/template/spec/containers/1, /spec/template/spec/tolerations/0/value',
    };
    shop.commit({ 'shop/a.yaml': yaml(web) });
    await shop.settles();
    const images = async () =>
      (await shop.live('apps/v1/deployments', 'web')).spec.template.spec.containers.map(
        ({ image }: { readonly image: string }) => image,
      );
    const first = [container.image, 'side:1'];
    expect(await images()).toEqual(first);
    web.spec.replicas = 2;
    shop.commit({ 'shop/a.yaml': yaml(web) });
    await shop.settles();
    expect(await images()).toEqual(first);
    const path = `/apis/apps/v1/namespaces/${shop.namespace}/deployments/web`;
    const theirs = {
      containers: [{ name: container.name, image: 'by-hand:2' }],
      tolerations: [{ key: 'a', value: 'theirs', operator: 'Equal' }],
    };
    const patch = { spec: { replicas: 5, template: { spec: theirs } } };
    const merge = 'application/strategic-merge-patch+json';
    const { body } = await shop.kube.ask('PATCH', path, patch, merge);
    expect(body).toMatchObject({ spec: { replicas: 5 } });
    await shop.sees(
      'what is not ignored is healed',
      async () => (await shop.live('apps/v1/deployments', 'web')).spec.replicas === 2,
    );
    web.spec.replicas = 1;
    shop.commit({ 'shop/a.yaml': yaml(web) });
    await shop.settles();
    const live = (await shop.live('apps/v1/deployments', 'web')).spec;
    expect(live.replicas).toBe(1);
    expect(await images()).toEqual(['by-hand:2', 'side:1']);
    expect(live.template.spec.tolerations[0].value).toBe('theirs');
  });

  test('what an ignored manager holds in items of lists is left to it', async () => {
    const ignored = { kind: 'Deployment', managers: ['sizer'] };
    shop.configure({ shop: { kubernetes: { ignoreDifferences: [ignored] } } });
    const web = deployment('web', 1);
    const [container] = web.spec.template.spec.containers;
    container.resources = { limits: { memory: '10Mi' } };
    shop.commit({ 'shop/a.yaml': yaml(web) });
    await shop.settles();
    const sized = { name: container.name, resources: { limits: { memory: '20Mi' } } };
    await shop.kube.ask(
      'PATCH',
      `/apis/apps/v1/namespaces/${shop.namespace}/deployments/web?fieldManager=sizer&force=true`,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        spec: { template: { spec: { containers: [sized] } } },
      },
      'application/apply-patch+yaml',
    );
    web.spec.replicas = 2;
    shop.commit({ 'shop/a.yaml': yaml(web) });
    await shop.settles();
    const live = (await shop.live('apps/v1/deployments', 'web')).spec;
    expect(live.replicas).toBe(2);
    expect(live.template.spec.containers[0].resources.limits.memory).toBe('20Mi');
    expect(live.template.spec.containers[0].image).toBe(container.image);
  });
});

const scaledObjects = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'scaledobjects.keda.sh' },
  spec: {
    group: 'keda.sh',
    scope: 'Namespaced',
    names: { plural: 'scaledobjects', kind: 'ScaledObject' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      },
    ],
  },
};
