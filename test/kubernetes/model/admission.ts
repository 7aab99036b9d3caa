import { listAt } from '../../sim/cluster/value.ts';
import { configMap, deployment } from './sequences.ts';
import type { Sequence } from './sequences.ts';

/** What comes between a request and what is stored. */
export const admission: readonly Sequence[] = [
  {
    name: 'what admission changes is stored, and is nobody’s: who applies the same again changes nothing',
    play: async (player) => {
      const path = player.path('configmaps', 'a');
      await player.apply(path, configMap('a', { one: '0', two: '2' }));
      const end = await player.mutate();
      await player.apply(path, configMap('a', { one: '1', two: '2' }));
      await player.apply(path, configMap('a', { one: '1', two: '2' }));
      await player.apply(path, configMap('a', { one: '1' }), 'fieldManager=other');
      await player.apply(path, configMap('a', { one: '3' }), 'fieldManager=fairlead&dryRun=All');
      await player.patch(path, { data: { two: '4' } });
      await player.apply(player.path('configmaps', 'b'), configMap('b', { one: '1' }));
      await player.send(
        'POST',
        `${player.path('configmaps')}?fieldManager=kubectl-create`,
        configMap('c', { one: '1' }),
      );
      await end();
      await player.apply(
        path,
        configMap('a', { one: '1', two: '2' }),
        'fieldManager=fairlead&force=true',
      );
      await player.get(path);
    },
  },
  {
    name: 'a quota lets in as many as it says, and what is there may change',
    play: async (player) => {
      const quotas = player.path('resourcequotas');
      await player.quietly('POST', quotas, {
        metadata: { name: 'few' },
        spec: { hard: { 'count/secrets': '1' } },
      });
      await player.until(`${quotas}/few`, ({ body }) => {
        const text = JSON.stringify(body['status'] ?? null);
        return text.includes('"hard":{"count/secrets":"1"}');
      });
      const secret = (name: string, value: string) => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name },
        data: { one: value },
      });
      await player.apply(player.path('secrets', 'a'), secret('a', 'MQ=='));
      await player.apply(player.path('secrets', 'b'), secret('b', 'MQ=='));
      await player.apply(
        player.path('secrets', 'b'),
        secret('b', 'MQ=='),
        'fieldManager=fairlead&dryRun=All',
      );
      await player.send('POST', player.path('secrets'), secret('c', 'MQ=='));
      await player.apply(player.path('secrets', 'a'), secret('a', 'Mg=='));
      await player.apply(player.path('configmaps', 'b'), configMap('b', { one: '1' }));
    },
  },
  {
    name: 'who scales a workload has its replicas from then on',
    play: async (player) => {
      const path = player.path('deployments', 'web', 'apps/v1');
      await player.apply(path, deployment('web', {}, { replicas: 2 }));
      const scale = (replicas: number) => ({
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'web', namespace: player.namespace },
        spec: { replicas },
      });
      const scaling = `${path}/scale?fieldManager=scaler`;
      const { spec } = await player.send('PUT', scaling, scale(2));
      player.note('it is as it was', { spec: spec ?? null });
      await player.get(path);
      await player.quietly('PUT', scaling, scale(5));
      await player.get(path);
      await player.apply(path, deployment('web', {}, { replicas: 2 }));
      await player.apply(path, deployment('web', {}));
      await player.get(path);
      await player.apply(path, deployment('web', {}, { replicas: 5 }));
      await player.apply(
        path,
        deployment('web', {}, { replicas: 3 }),
        'fieldManager=fairlead&force=true',
      );
      await player.get(path);
    },
  },
  {
    name: 'a namespace that cannot go says what keeps it',
    play: async (player) => {
      const name = `${player.namespace}-kept`;
      const path = `/api/v1/namespaces/${name}`;
      await player.quietly('POST', '/api/v1/namespaces', { metadata: { name } });
      const held = configMap('held', {}, { finalizers: ['example.com/wait'] });
      await player.quietly('POST', `${path}/configmaps`, held);
      await player.quietly('DELETE', path);
      const { body } = await player.until(path, (answer) => {
        const text = JSON.stringify(answer.body);
        return text.includes('in 1 resource') && text.includes('configmaps. has 1 resource');
      });
      const conditions = listAt(body, 'status', 'conditions');
      player.note('it says', { conditions: [...conditions].map(withoutTime) });
      await player.patch(`${path}/configmaps/held`, { metadata: { finalizers: null } });
      await player.until(path, ({ status }) => status === 404);
    },
  },
];

function withoutTime(condition: unknown) {
  const { lastTransitionTime: _time, ...rest } = condition as Record<string, string>;
  return rest;
}
