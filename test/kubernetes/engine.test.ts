import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deployment } from '../support/cluster.ts';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench } from '../support/kubernetes-bench.ts';

let shop: KubernetesBench;

beforeEach(async () => {
  shop = await createKubernetesBench();
});

afterEach(async () => {
  await shop[Symbol.asyncDispose]();
});

const image = (live: { spec: { template: { spec: { containers: { image: string }[] } } } }) =>
  live.spec.template.spec.containers[0]?.image;

describe('an application on a cluster', () => {
  test('is made from Git, changed by a commit, and what leaves the source goes', async () => {
    shop.commit({ 'shop/web.yaml': yaml(deployment('web', 2), configMap('settings', { a: '1' })) });
    await shop.settles();
    expect((await shop.live('apps/v1/deployments', 'web')).status.availableReplicas).toBe(2);
    expect((await shop.live('configmaps', 'settings')).data).toEqual({ a: '1' });

    shop.commit({ 'shop/web.yaml': yaml(deployment('web', 3), configMap('settings', { b: '2' })) });
    await shop.settles();
    expect((await shop.live('apps/v1/deployments', 'web')).spec.replicas).toBe(3);
    expect((await shop.live('configmaps', 'settings')).data).toEqual({ b: '2' });

    shop.commit({ 'shop/web.yaml': yaml(deployment('web', 3)) });
    await shop.settles();
    expect(await shop.live('configmaps', 'settings')).toBeNull();
  });

  test('is healed when somebody edits or deletes what it owns, and only that', async () => {
    shop.commit({ 'shop/all.yaml': yaml(deployment('web'), configMap('settings', { a: '1' })) });
    await shop.settles();
    const before = await shop.live('apps/v1/deployments', 'web');
    await shop.edit('configmaps', 'settings', { data: { a: 'by hand', theirs: 'stays' } });
    await shop.sees('the edit is healed', async () => {
      const { data } = await shop.live('configmaps', 'settings');
      return data.a === '1' && data.theirs === 'stays';
    });
    await shop.destroy('configmaps', 'settings');
    await shop.sees(
      'it is there again',
      async () => (await shop.live('configmaps', 'settings')) !== null,
    );
    await shop.edit('configmaps', 'settings', {
      metadata: { labels: { 'fairlead.dev/managed': null } },
    });
    await shop.sees('it is marked again', async () => {
      const { metadata } = await shop.live('configmaps', 'settings');
      return metadata.labels?.['fairlead.dev/managed'] === 'true';
    });
    await shop.settles();
    expect((await shop.live('apps/v1/deployments', 'web')).metadata.generation).toBe(
      before.metadata.generation,
    );
  });

  test('is healed when somebody changes what an item of a list is known by', async () => {
    const service = (ports: readonly unknown[]) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports },
    });
    const ports = async () =>
      (await shop.live('services', 'web')).spec.ports.map(
        ({ port }: { readonly port: number }) => port,
      );
    shop.commit({ 'shop/web.yaml': yaml(service([{ port: 80 }])) });
    await shop.settles();
    await shop.edit('services', 'web', { spec: { ports: [{ port: 8080 }] } });
    await shop.sees('the port is back', async () => String(await ports()) === '80');
    await shop.settles();
    const named = [
      { name: 'a', port: 80 },
      { name: 'b', port: 81 },
    ];
    shop.commit({ 'shop/web.yaml': yaml(service(named)) });
    await shop.settles();
    await shop.edit('services', 'web', { spec: { ports: [named[0], { name: 'b', port: 99 }] } });
    await shop.sees('both ports are back', async () => String(await ports()) === '80,81');
    await shop.settles();
    shop.commit({ 'shop/web.yaml': yaml(service([{ name: 'b', port: 81 }])) });
    await shop.settles();
    expect(await ports()).toEqual([81]);
  });

  test('goes back to an earlier release', async () => {
    const at = (tag: string) => {
      const one = deployment('web');
      one.spec.template.spec.containers[0].image = `registry.example/main:${tag}`;
      return yaml(one);
    };
    shop.commit({ 'shop/web.yaml': at('1') });
    await shop.settles();
    shop.commit({ 'shop/web.yaml': at('2') });
    await shop.settles();
    expect(image(await shop.live('apps/v1/deployments', 'web'))).toBe('registry.example/main:2');
    const outcome = await shop.bench.api.rollback({
      application: 'shop',
      environment: 'dev',
      to: null,
      actor: 'ada',
      reason: 'it is worse',
      expiresAtMs: null,
      approve: null,
    });
    expect(outcome.kind).toBe('released');
    expect(image(await shop.live('apps/v1/deployments', 'web'))).toBe('registry.example/main:1');
  });

  test('has its Secret values nowhere but in the cluster', async () => {
    const secret = (password: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'login' },
      stringData: { password },
    });
    shop.commit({ 'shop/secret.yaml': yaml(secret('hunter2-canary')) });
    await shop.settles();
    const encoded = Buffer.from('hunter2-canary').toString('base64');
    expect((await shop.live('secrets', 'login')).data).toEqual({ password: encoded });
    const plan = await shop.bench.api.plan({
      application: 'shop',
      environment: 'dev',
      revision: null,
    });
    const rendered = await shop.bench.api.render({
      application: 'shop',
      environment: 'dev',
      revision: null,
    });
    expect(JSON.stringify([plan, rendered])).not.toMatch(new RegExp(`canary|${encoded}`));
    for (const file of ['fairlead.db', 'fairlead.db-wal']) {
      const stored = readFileSync(join(shop.bench.folder, file), 'latin1');
      expect(stored).not.toMatch(new RegExp(`canary|${encoded}`));
    }
    await shop.edit('secrets', 'login', { stringData: { password: 'other' } });
    await shop.sees('it is healed', async () => {
      const { data } = await shop.live('secrets', 'login');
      return data.password === encoded;
    });
  });
});
