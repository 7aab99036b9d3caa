import { configMap, deployment, uidOf, versionOf } from './sequences.ts';
import type { Sequence } from './sequences.ts';

/** Server-side apply, and who manages what. */
export const applying: readonly Sequence[] = [
  {
    name: 'apply makes, changes, drops and repeats',
    play: async (player) => {
      const path = player.path('configmaps', 'a');
      await player.apply(path, configMap('a', { one: '1', two: '2' }, { labels: { x: 'y' } }));
      await player.apply(path, configMap('a', { one: '1', two: '2' }, { labels: { x: 'y' } }));
      await player.apply(path, configMap('a', { one: '9' }));
      await player.get(path);
    },
  },
  {
    name: 'what is applied with a version that no object has is made, and changes nothing that is there',
    play: async (player) => {
      const path = player.path('configmaps', 'a');
      const wish = configMap('a', { one: '1' }, { resourceVersion: '1' });
      await player.apply(path, wish);
      await player.apply(path, wish);
      await player.apply(path, configMap('a', { two: '2' }, { resourceVersion: '1' }));
      await player.apply(
        path,
        configMap('a', { one: '3' }, { resourceVersion: '1' }),
        'fieldManager=other',
      );
      await player.get(path);
    },
  },
  {
    name: 'others who write a field come into conflict with who applies it, by name',
    play: async (player) => {
      const path = player.path('configmaps', 'a');
      await player.apply(path, configMap('a', { one: '1', two: '2', three: '3' }));
      await player.patch(path, { data: { one: 'theirs', four: '4' } });
      await player.apply(path, configMap('a', { one: '1', two: '2' }), 'fieldManager=other');
      await player.apply(path, configMap('a', { one: '1', two: '2' }));
      await player.apply(
        path,
        configMap('a', { one: '1', two: '2' }),
        'fieldManager=fairlead&force=true',
      );
      await player.apply(path, configMap('a', {}));
      await player.get(path);
    },
  },
  {
    name: 'a field that two apply stays until both have dropped it',
    play: async (player) => {
      const path = player.path('configmaps', 'a');
      await player.apply(path, configMap('a', { one: '1', two: '2' }));
      await player.apply(path, configMap('a', { one: '1' }), 'fieldManager=other');
      await player.apply(path, configMap('a', { two: '2' }));
      await player.apply(path, configMap('a', {}), 'fieldManager=other');
    },
  },
  {
    name: 'items of lists are told apart by their keys',
    play: async (player) => {
      const path = player.path('deployments', 'web', 'apps/v1');
      const env = (...names: readonly string[]) =>
        names.map((name) => ({ name, value: name.toLowerCase() }));
      const ports = [{ containerPort: 80 }];
      await player.apply(path, deployment('web', { env: env('A', 'B'), ports }));
      await player.apply(path, deployment('web', { env: env('C') }), 'fieldManager=other');
      await player.apply(path, deployment('web', { env: env('B', 'D') }));
      await player.patch(path, { spec: { replicas: 3 } });
      await player.apply(path, deployment('web', { env: env('B') }, { replicas: 2 }));
      await player.apply(
        path,
        deployment('web', { env: env('B') }, { replicas: 2 }),
        'fieldManager=fairlead&force=true',
      );
    },
  },
  {
    name: 'amounts are stored in one way, and written in another they are a conflict',
    play: async (player) => {
      const path = player.path('deployments', 'web', 'apps/v1');
      const wish = deployment('web', { resources: { limits: { cpu: '1000m' } } });
      await player.apply(path, wish);
      await player.apply(path, wish);
      await player.apply(path, wish, 'fieldManager=other');
    },
  },
  {
    name: 'a dry run answers as the real one would, and writes nothing',
    play: async (player) => {
      const path = player.path('configmaps', 'a');
      await player.apply(path, configMap('a', { one: '1' }), 'fieldManager=fairlead&dryRun=All');
      await player.get(path);
      await player.apply(path, configMap('a', { one: '1' }));
      await player.apply(path, configMap('a', { one: '2' }), 'fieldManager=fairlead&dryRun=All');
      await player.get(path);
    },
  },
  {
    name: 'an apply for another UID, or for something that has gone, changes nothing',
    play: async (player) => {
      const path = player.path('configmaps', 'a');
      const other = '11111111-1111-4111-8111-111111111111';
      await player.apply(path, configMap('a', { one: '1' }, { uid: other }));
      const made = await player.apply(path, configMap('a', { one: '1' }));
      await player.apply(path, configMap('a', { one: '2' }, { uid: uidOf(made) }));
      await player.apply(path, configMap('a', { one: '3' }, { uid: other }));
      await player.apply(path, configMap('a', { one: '3' }, { resourceVersion: versionOf(made) }));
      await player.get(path);
    },
  },
  {
    name: 'a list of managers that is written is taken as it is, and an empty one is not',
    play: async (player) => {
      const path = player.path('configmaps', 'a');
      const type = 'application/json';
      await player.send(
        'POST',
        `${player.path('configmaps')}?fieldManager=kubectl-create`,
        configMap('a', { one: '1' }),
        type,
      );
      const live = await player.apply(path, configMap('a', { one: '1' }));
      const { managedFields = [] } = live['metadata'] as {
        managedFields?: readonly { manager: string }[];
      };
      const kept = managedFields.filter(({ manager }) => manager === 'fairlead');
      await player.patch(path, { metadata: { managedFields: [] } }, 'fairlead');
      await player.patch(
        path,
        {
          metadata: { uid: uidOf(live), resourceVersion: versionOf(live), managedFields: kept },
        },
        'fairlead',
      );
      await player.apply(path, configMap('a', {}));
    },
  },
  {
    name: 'an update takes fields from those who applied them',
    play: async (player) => {
      const path = player.path('configmaps', 'a');
      await player.apply(path, configMap('a', { one: '1', two: '2' }));
      await player.send(
        'PUT',
        `${path}?fieldManager=kubectl-replace`,
        configMap('a', { one: '5', three: '3' }),
      );
      await player.apply(path, configMap('a', { one: '1', two: '2' }));
    },
  },
  {
    name: 'what nobody may change is refused by its field',
    play: async (player) => {
      const path = player.path('deployments', 'web', 'apps/v1');
      await player.apply(path, deployment('web', {}));
      const wish = deployment('web', {}, { selector: { matchLabels: { app: 'web', tier: '1' } } });
      const template = { metadata: { labels: { app: 'web', tier: '1' } } };
      await player.apply(path, {
        ...wish,
        spec: {
          ...(wish['spec'] as object),
          template: { ...(wish['spec'] as { template: object }).template, ...template },
        },
      });
      const frozen = player.path('configmaps', 'frozen');
      await player.apply(frozen, { ...configMap('frozen', { one: '1' }), immutable: true });
      await player.apply(frozen, { ...configMap('frozen', { one: '2' }), immutable: true });
    },
  },
  {
    name: 'values of a Secret are coded, and its type stays',
    play: async (player) => {
      const path = player.path('secrets', 's');
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } };
      await player.apply(path, { ...secret, data: { one: 'MQ==' } });
      await player.apply(path, { ...secret, data: { one: 'MQ==' }, type: 'example.com/other' });
      const path2 = player.path('secrets');
      await player.send('POST', `${path2}?fieldManager=kubectl-create`, {
        ...secret,
        metadata: { name: 't' },
        stringData: { two: '2' },
        type: 'example.com/own',
      });
    },
  },
];
