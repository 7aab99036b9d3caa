import { describe, expect, test } from 'vitest';
import {
  configuration,
  createEngineBench,
  type EngineBench,
} from '../../../test/support/engine.ts';

const synced = 'synced, Synced, Healthy';
/** It never comes to work, and is not tried again by itself meanwhile: how it is stays so, however long the test takes. */
const failing = {
  healthChecks: [{ name: 'never', timeout: '60s', exec: { argv: ['false'] } }],
  timeouts: { health: '100ms' },
  retry: { backoff: { initial: '1h', max: '1h' } },
};

/** `web` and `api`, one file each, with these specs. */
function both(bench: EngineBench, web: object, api: object) {
  return {
    'fairlead.yaml': configuration({ web: { ...web }, api: { ...api } }),
    'web/w.yaml': bench.file('w', '1'),
    'api/a.yaml': bench.file('a', '1'),
  };
}

describe.each([
  ['names another in dependsOn', { dependsOn: ['api'] }, {}],
  ['has a higher wave than another', { wave: 1 }, { wave: 0 }],
])('an application that %s', (_name, web, api) => {
  test('is released once that one is in sync and healthy', async () => {
    await using bench = await createEngineBench();
    await bench.push(both(bench, web, api));
    expect([bench.state('api@dev'), bench.state('web@dev')]).toEqual([synced, synced]);
  });

  test('is no reason to wait for ever for who asks, where that one fails', async () => {
    await using bench = await createEngineBench();
    await bench.push(both(bench, web, { ...api, ...failing }));
    const ask = (application: string) =>
      bench.api.sync({
        application,
        environment: 'dev',
        actor: 'ada',
        reason: '',
        approve: null,
        retryQuarantined: false,
      });
    const [asked] = await Promise.all([ask('web'), ask('api')]);
    expect(asked).toMatchObject({
      kind: 'blocked',
      message: expect.stringMatching(/^waits for api/) as string,
    });
  });

  test('waits while that one is not, and says for whom', async () => {
    await using bench = await createEngineBench();
    await bench.push(both(bench, web, { ...api, ...failing }));
    expect(bench.state('web@dev')).toMatch(/^awaiting-dependency, /);
    expect([bench.read('a'), bench.read('w')]).toEqual(['1', null]);
    const { message } = await bench.api.application({ application: 'web', environment: 'dev' });
    const [state, , health] = bench.state('api@dev').split(', ');
    expect(message).toBe(`waits for api (${state}, ${health})`);
    // What it is told to wait for stays true when that moves on.
    await bench.push({ 'api/a.yaml': 'kind: [' });
    const now = await bench.api.application({ application: 'web', environment: 'dev' });
    expect([now.message, now.blockedBy.find(({ what }) => what === 'dependency')?.why]).toEqual([
      expect.stringMatching(/^waits for api \(failed, /),
      expect.stringMatching(/^api \(failed, /),
    ]);
    await bench.push(both(bench, web, api));
    expect([bench.state('api@dev'), bench.state('web@dev')]).toEqual([synced, synced]);
  });

  test('is healed all the same', async () => {
    await using bench = await createEngineBench();
    await bench.push(both(bench, web, api));
    await bench.push({ 'api/a.yaml': 'kind: [' });
    await bench.edit('w', 'by hand');
    await bench.look('web@dev');
    expect(bench.read('w')).toBe('1');
  });
});

test('what leaves goes before what it stands on', async () => {
  await using bench = await createEngineBench();
  await bench.push(both(bench, { dependsOn: ['api'] }, { onRemoval: 'delete' }));
  await bench.push({ 'fairlead.yaml': configuration({}), web: null, api: null });
  // `web` waits for a person, and `api` for `web`, although it need not ask.
  expect([bench.state('web@dev'), bench.state('api@dev')]).toEqual([
    expect.stringMatching(/^awaiting-approval, /),
    expect.stringMatching(/^awaiting-dependency, /),
  ]);
  const { waiting } = await bench.api.application({ application: 'web', environment: 'dev' });
  await bench.api.approve({ digest: waiting!.digest, actor: 'ada' });
  await bench.engine.queue.idle();
  expect([bench.read('w'), bench.read('a'), bench.engine.applications.size]).toEqual([
    null,
    null,
    0,
  ]);
});
