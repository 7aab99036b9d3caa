import { afterEach, expect, test } from 'vitest';
import { configMap, openKubeBench } from '../support/kube-bench.ts';
import type { KubeBench } from '../support/kube-bench.ts';
import type { Fault, ProxyCall } from '../support/kube-proxy.ts';

/**
 * A bad network and a busy server between the controller and the cluster: whatever happens, in the end all is as Git
 * says, nothing is deleted, and nothing is made twice.
 */

let at: KubeBench;

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

const count = 6;

/** A controller behind a proxy, with one application of a few objects that is live. */
async function open(): Promise<void> {
  at = await openKubeBench({ proxy: true });
  at.bench.checkout.commit({ 'fairlead.yaml': at.configuration('shop'), ...maps('first') });
  await at.bench.start();
  await settled();
}

function maps(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `shop/map-${index}.yaml`,
      configMap(`map-${index}`, at.namespace, { text }),
    ]),
  );
}

async function settled(): Promise<void> {
  await at.bench.settled(at.bench.checkout.git('rev-parse', 'HEAD'), 'shop');
}

async function everywhere(text: string): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    expect((await at.live(`configmaps/map-${index}`)).data.text).toBe(text);
  }
}

/** A fault for so many writes of what the application owns, then none. */
function onWrites(times: number, fault: Fault): void {
  let left = times;
  at.proxy.fault = (call) => (isOurs(call) && left-- > 0 ? fault : null);
}

function isOurs({ method, path }: ProxyCall): boolean {
  return method !== 'GET' && path.includes(`/namespaces/${at.namespace}/`);
}

/** Commits under a fault, and gives what the application says once all is live. */
async function survives(times: number, fault: Fault): Promise<void> {
  await open();
  onWrites(times, fault);
  at.bench.checkout.commit(maps('second'));
  await settled();
  await everywhere('second');
  expect(at.deletes()).toEqual([]);
}

test.each([
  { status: 409, reason: 'Conflict' },
  { status: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 },
  { status: 500, reason: 'InternalError' },
  { status: 503, reason: 'ServiceUnavailable', retryAfterSeconds: 1 },
  { status: 504, reason: 'Timeout' },
])('a commit goes live though the server answers $status at first', async (answer) => {
  await expect(survives(4, { kind: 'answer', ...answer })).resolves.toBeUndefined();
});

test('a commit goes live though connections break before the server hears of a change', async () => {
  await expect(survives(3, { kind: 'cut' })).resolves.toBeUndefined();
});
