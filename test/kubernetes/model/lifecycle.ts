import type { JsonObject } from '../../../src/model/json.ts';
import { definitionOf } from '../../support/kubernetes/definition.ts';
import { configMap, metadataOf, uidOf, versionOf } from './sequences.ts';
import type { Player, Sequence } from './sequences.ts';

const gone = ({ status }: { readonly status: number }): boolean => status === 404;

async function make(player: Player, name: string, metadata = {}) {
  return player.send(
    'POST',
    `${player.path('configmaps')}?fieldManager=kubectl-create`,
    configMap(name, { one: '1' }, metadata),
  );
}

const group = 'model.example';
const spec = { value: { type: 'string' }, level: { type: 'integer', default: 3 } };
export const definition = (plural: string, kind: string) =>
  definitionOf({ group, kind, plural, spec });

/** Making, guarding and ending objects. */
export const lifecycle: readonly Sequence[] = [
  {
    name: 'what is not there, is there already, or has no namespace',
    play: async (player) => {
      await player.get(player.path('configmaps', 'none'));
      await player.get(player.path('nothings'));
      await make(player, 'a');
      await make(player, 'a');
      const elsewhere = '/api/v1/namespaces/no-such-namespace/configmaps';
      await player.send('POST', elsewhere, configMap('a', {}));
      await player.apply(`${elsewhere}/a`, configMap('a', {}));
      await player.send('PUT', player.path('configmaps', 'none'), configMap('none', {}));
      await player.patch(player.path('configmaps', 'none'), { data: {} });
      await player.send('DELETE', player.path('configmaps', 'none'));
    },
  },
  {
    name: 'writes with a version or a UID happen to that alone',
    play: async (player) => {
      const path = player.path('configmaps', 'a');
      const first = await make(player, 'a');
      const second = await player.send(
        'PUT',
        `${path}?fieldManager=kubectl`,
        configMap('a', { one: '2' }, { resourceVersion: versionOf(first) }),
      );
      await player.send(
        'PUT',
        `${path}?fieldManager=kubectl`,
        configMap('a', { one: '3' }, { resourceVersion: versionOf(first) }),
      );
      await player.send(
        'PUT',
        `${path}?fieldManager=kubectl`,
        configMap('a', { one: '3' }, { uid: '11111111-1111-4111-8111-111111111111' }),
      );
      await player.patch(path, {
        metadata: { resourceVersion: versionOf(first) },
        data: { one: '4' },
      });
      await player.patch(path, {
        metadata: { uid: '11111111-1111-4111-8111-111111111111' },
        data: { one: '4' },
      });
      await player.patch(path, {
        metadata: { resourceVersion: versionOf(second) },
        data: { one: '4' },
      });
      await player.get(path);
    },
  },
  {
    name: 'deletes with a version or a UID happen to that alone',
    play: async (player) => {
      const path = player.path('configmaps', 'a');
      const first = await make(player, 'a');
      const second = await player.patch(path, { data: { one: '2' } });
      await player.send('DELETE', path, {
        preconditions: { uid: '11111111-1111-4111-8111-111111111111' },
      });
      await player.send('DELETE', path, {
        preconditions: { uid: uidOf(second), resourceVersion: versionOf(first) },
      });
      await player.send('DELETE', path, { preconditions: { uid: uidOf(second) }, dryRun: ['All'] });
      await player.get(path);
      await player.send('DELETE', path, {
        preconditions: { uid: uidOf(second), resourceVersion: versionOf(second) },
      });
      await player.get(path);
    },
  },
  {
    name: 'an object with a finalizer goes when that is taken off',
    play: async (player) => {
      const path = player.path('configmaps', 'a');
      const made = await make(player, 'a', { finalizers: ['example.com/wait'] });
      await player.send('DELETE', path);
      await player.send('DELETE', path);
      await player.apply(path, configMap('a', { one: '9' }));
      await player.patch(path, { metadata: { finalizers: null } });
      await player.get(path);
      await player.watch(
        `${player.path('configmaps')}?watch=true&fieldSelector=metadata.name=a&resourceVersion=${versionOf(made)}`,
      );
    },
  },
  {
    name: 'what is owned goes after its owner',
    play: async (player) => {
      const owner = await make(player, 'owner');
      const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: uidOf(owner) };
      await make(player, 'owned', { ownerReferences: [reference] });
      await player.send('DELETE', player.path('configmaps', 'owner'), {
        propagationPolicy: 'Background',
      });
      await player.until(player.path('configmaps', 'owned'), gone);
      await player.get(player.path('configmaps', 'owned'));
    },
  },
  {
    name: 'what is owned stays when its owner goes without it, and goes first in the foreground',
    play: async (player) => {
      const owner = await make(player, 'owner');
      const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: uidOf(owner) };
      await make(player, 'owned', { ownerReferences: [reference] });
      await player.send('DELETE', player.path('configmaps', 'owner'), {
        propagationPolicy: 'Orphan',
      });
      await player.until(player.path('configmaps', 'owner'), gone);
      const left = await player.until(player.path('configmaps', 'owned'), () => true);
      if (metadataOf(left.body)['ownerReferences'] !== undefined)
        throw new Error('it has an owner');
      const second = await make(player, 'second');
      const held = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: 'second',
        uid: uidOf(second),
        blockOwnerDeletion: true,
      };
      await make(player, 'own', { ownerReferences: [held] });
      await player.send('DELETE', player.path('configmaps', 'second'), {
        propagationPolicy: 'Foreground',
      });
      await player.until(player.path('configmaps', 'second'), gone);
      await player.get(player.path('configmaps', 'own'));
    },
  },
  {
    name: 'a namespace that is being deleted takes nothing new, and goes when it is empty',
    play: async (player) => {
      const name = `${player.namespace}-going`;
      const path = `/api/v1/namespaces/${name}`;
      await player.send('POST', '/api/v1/namespaces?fieldManager=kubectl-create', {
        metadata: { name },
      });
      const inside = `${path}/configmaps`;
      await player.send(
        'POST',
        `${inside}?fieldManager=kubectl-create`,
        configMap('held', {}, { finalizers: ['example.com/wait'] }),
      );
      const { status } = await player.send('DELETE', path);
      if (status === undefined) throw new Error('it does not go');
      await player.until(path, ({ body }) => JSON.stringify(body).includes('Terminating'));
      await player.send('POST', inside, configMap('new', {}));
      await player.apply(`${inside}/new`, configMap('new', {}));
      await player.patch(`${inside}/held`, { metadata: { finalizers: null } });
      await player.until(path, gone);
      await player.get(path);
    },
  },
  {
    name: 'a definition brings a kind, with its defaults, and takes it away',
    play: async (player) => {
      const root = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      const path = `${root}/widgets.model.example`;
      const widgets = player.path('widgets', '', 'model.example/v1');
      await player.get(widgets);
      await player.apply(path, definition('widgets', 'Widget'));
      await player.until(path, ({ body }) => {
        const text = JSON.stringify(body['status']);
        return /"type":"Established"/.test(text) && text.includes('InitialNamesAccepted');
      });
      await player.until(widgets, ({ status }) => status === 200);
      const widget = { apiVersion: 'model.example/v1', kind: 'Widget', metadata: { name: 'w' } };
      await player.apply(`${widgets}/w`, { ...widget, spec: { value: 'a' } });
      await player.apply(`${widgets}/w`, { ...widget, spec: { value: 'b', level: 4 } });
      await player.apply(`${widgets}/w`, { ...widget, spec: { value: 'b' } });
      const { items } = (await player.until(widgets, () => true)).body;
      if (!Array.isArray(items) || items.length !== 1) throw new Error('it is not listed');
      await player.quietly('DELETE', path);
      await player.until(path, gone);
      await player.get(path);
      await player.until(widgets, gone);
      await player.get(widgets);
    },
  },
  {
    name: 'an object of a kind with two versions is the same in both, and so is who applies it',
    play: async (player) => {
      const root = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      const path = `${root}/gizmos.model.example`;
      const one = definition('gizmos', 'Gizmo');
      const [v1] = one.spec.versions;
      const versions = [v1, { ...v1, name: 'v2', storage: false }];
      await player.quietly('POST', root, {
        ...one,
        spec: { ...one.spec, versions },
      });
      const at = (version: string): string =>
        player.path('gizmos', 'g', `model.example/${version}`);
      const gizmo = (version: string, spec: JsonObject): JsonObject => ({
        apiVersion: `model.example/${version}`,
        kind: 'Gizmo',
        metadata: { name: 'g' },
        spec,
      });
      const list = (version: string): string =>
        player.path('gizmos', '', `model.example/${version}`);
      await player.until(list('v1'), ({ status }) => status === 200);
      await player.until(list('v2'), ({ status }) => status === 200);
      const made = await player.apply(at('v1'), gizmo('v1', { value: 'a', level: 1 }));
      await player.get(at('v2'));
      await player.apply(at('v2'), gizmo('v2', { value: 'a', level: 1 }));
      await player.apply(at('v2'), gizmo('v2', { value: 'b' }), 'fieldManager=other');
      await player.apply(at('v2'), gizmo('v2', { value: 'a' }));
      await player.patch(at('v1'), { spec: { value: 'c' } });
      await player.patch(at('v2'), { spec: { value: 'd' } });
      await player.apply(at('v1'), gizmo('v1', { value: 'e' }), 'fieldManager=fairlead&force=true');
      await player.get(at('v1'));
      await player.get(list('v2'));
      await player.watch(`${list('v2')}?watch=true&resourceVersion=${versionOf(made)}`);
      // What is applied says which version it is of.
      await player.apply(at('v2'), gizmo('v1', { value: 'e' }));
      await player.quietly(
        'PATCH',
        path,
        {
          spec: { versions: versions.map((version) => ({ ...version, served: version !== v1 })) },
        },
        'application/merge-patch+json',
      );
      await player.until(list('v1'), ({ status }) => status === 404);
      await player.get(at('v1'));
      await player.send('DELETE', at('v1'), { preconditions: { uid: uidOf(made) } });
      await player.apply(at('v1'), gizmo('v1', { value: 'f' }));
      await player.send('DELETE', at('v2'), { preconditions: { uid: uidOf(made) } });
      await player.get(at('v2'));
      await player.quietly('DELETE', path);
      await player.until(path, gone);
    },
  },
];
