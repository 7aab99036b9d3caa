import { definition } from './lifecycle.ts';
import { textAt } from '../../sim/cluster/value.ts';
import { configMap, uidOf, versionOf } from './sequences.ts';
import type { Player, Sequence } from './sequences.ts';

const labels = { team: 'a' };

const make = (player: Player, name: string, metadata = {}) =>
  player.send(
    'POST',
    `${player.path('configmaps')}?fieldManager=kubectl-create`,
    configMap(name, { one: '1' }, metadata),
  );

const partialList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const partial = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** Lists and watches. */
export const watching: readonly Sequence[] = [
  {
    name: 'a list comes page by page, at one state',
    play: async (player) => {
      for (const name of ['a', 'b', 'c', 'd']) await make(player, name, { labels });
      const path = `${player.path('configmaps')}?labelSelector=team%3Da&limit=3`;
      const first = await player.get(path);
      await make(player, 'bb', { labels });
      await player.send('DELETE', player.path('configmaps', 'd'));
      const more = textAt(first, 'metadata', 'continue');
      await player.get(`${path}&continue=${encodeURIComponent(more)}`);
    },
  },
  {
    name: 'a list tells who is there, or the whole of those that are selected',
    play: async (player) => {
      await make(player, 'a', { labels });
      await make(player, 'b', { labels });
      await make(player, 'c');
      await player.get(`${player.path('configmaps')}?labelSelector=team%3Da`, partialList);
      await player.get(`${player.path('configmaps')}?fieldSelector=metadata.name%3Dc`);
      await player.get(player.path('configmaps', 'a'), partial);
    },
  },
  {
    name: 'secrets are selected by their type and their label, and a frozen one stays as it is',
    play: async (player) => {
      const part = (name: string, body: string) => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, labels: { of: 'record' } },
        type: 'example.com/part',
        immutable: true,
        data: { body },
      });
      const secrets = player.path('secrets');
      const made = await player.send('POST', `${secrets}?fieldManager=fairlead`, part('a', 'MQ=='));
      await player.send('POST', `${secrets}?fieldManager=fairlead`, part('b', 'Mg=='));
      await player.send('POST', `${secrets}?fieldManager=fairlead`, {
        ...part('c', 'Mw=='),
        type: 'example.com/whole',
      });
      await player.send('PUT', `${secrets}/a?fieldManager=fairlead`, part('a', 'Mg=='));
      const selected = 'labelSelector=of%3Drecord&fieldSelector=type%3Dexample.com%2Fpart';
      await player.get(`${secrets}?${selected}`, partialList);
      await player.watch(`${secrets}?watch=true&${selected}&resourceVersion=${versionOf(made)}`);
      await player.send('DELETE', `${secrets}/a`, { preconditions: { uid: uidOf(made) } });
      await player.get(`${secrets}?${selected}`);
    },
  },
  {
    name: 'a watch tells what happened since, as those see it who see only what is selected',
    play: async (player) => {
      const first = await make(player, 'a', { labels });
      await player.patch(player.path('configmaps', 'a'), { data: { one: '2' } });
      await make(player, 'b', { labels });
      await player.patch(player.path('configmaps', 'b'), { metadata: { labels: { team: null } } });
      await player.patch(player.path('configmaps', 'b'), { data: { two: '2' } });
      await player.patch(player.path('configmaps', 'b'), { metadata: { labels } });
      await player.send('DELETE', player.path('configmaps', 'a'));
      await player.send('DELETE', player.path('configmaps', 'b'));
      const from = `resourceVersion=${versionOf(first)}`;
      await player.watch(`${player.path('configmaps')}?watch=true&labelSelector=team%3Da&${from}`);
      await player.watch(
        `${player.path('configmaps')}?watch=true&labelSelector=team%3Da&${from}`,
        partial,
      );
    },
  },
  {
    name: 'a streamed list ends with a bookmark that says so',
    play: async (player) => {
      await make(player, 'a', { labels });
      await make(player, 'b', { labels });
      const query = 'watch=true&allowWatchBookmarks=true&labelSelector=team%3Da';
      const initial = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
      await player.watch(`${player.path('configmaps')}?${query}&${initial}`);
    },
  },
  {
    name: 'a watch from a state that is not kept any more ends with an error of its own',
    play: async (player) => {
      const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.model.example';
      const gadgets = player.path('gadgets', '', 'model.example/v1');
      await player.apply(path, definition('gadgets', 'Gadget'));
      await player.until(gadgets, ({ status }) => status === 200);
      await player.forget();
      await player.watch(`${gadgets}?watch=true&resourceVersion=1`);
      await player.quietly('DELETE', path);
      await player.until(path, ({ status }) => status === 404);
    },
  },
];
