import { configMap } from './sequences.ts';
import type { Player, Sequence } from './sequences.ts';

const rbac = 'rbac.authorization.k8s.io';

/** A role of the namespace, and who has it. */
async function grant(
  player: Player,
  rules: readonly object[],
  subject: { readonly kind: 'User' | 'Group'; readonly name: string },
): Promise<void> {
  const at = (plural: string): string => player.path(plural, '', `${rbac}/v1`);
  const metadata = { name: 'deployer' };
  await player.quietly('POST', at('roles'), { metadata, rules: [...rules] as never });
  await player.quietly('POST', at('rolebindings'), {
    metadata,
    subjects: [{ ...subject, apiGroup: rbac }],
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'deployer' },
  });
}

/** The rights of somebody whom a request is sent for. */
async function rightsAre(player: Player): Promise<void> {
  await player.until(player.path('configmaps', 'seen'), ({ status }) => status === 200);
}

const configMaps = (...verbs: readonly string[]) => ({
  apiGroups: [''],
  resources: ['configmaps'],
  verbs: [...verbs],
});

/** What others than the administrator may do. */
export const access: readonly Sequence[] = [
  {
    name: 'who has no rights is refused everything, whether or not it is there',
    play: async (player) => {
      const somebody = player.as({ name: 'nobody', groups: [] });
      const path = player.path('configmaps', 'a');
      await somebody.get(path);
      await somebody.get(player.path('configmaps'));
      await somebody.apply(path, configMap('a', { one: '1' }));
      await somebody.send('POST', player.path('configmaps'), configMap('a', { one: '1' }));
      await player.apply(path, configMap('a', { one: '1' }));
      await somebody.get(path);
      await somebody.apply(path, configMap('a', { one: '2' }));
      await somebody.patch(path, { data: { one: '2' } });
      await somebody.send('DELETE', path, {});
      await somebody.get('/apis/apps/v1/deployments');
      await player.get(path);
    },
  },
  {
    name: 'a role lets somebody do what it names, in its namespace alone',
    play: async (player) => {
      await player.apply(player.path('configmaps', 'seen'), configMap('seen', {}));
      await grant(player, [configMaps('get', 'patch', 'list', 'delete')], {
        kind: 'User',
        name: 'team',
      });
      const team = player.as({ name: 'team', groups: [] });
      await rightsAre(team);
      const path = player.path('configmaps', 'a');
      // To apply what is not there is to make it.
      await team.apply(path, configMap('a', { one: '1' }));
      await player.apply(path, configMap('a', { one: '1' }));
      await team.apply(path, configMap('a', { one: '1' }));
      await team.apply(path, configMap('a', { one: '1' }), 'fieldManager=fairlead&dryRun=All');
      await team.get(player.path('configmaps', 'none'));
      await team.get(player.path('secrets', 'none'));
      await team.get('/api/v1/namespaces/kube-system/configmaps/none');
      await team.send('PUT', path, configMap('a', { one: '2' }));
      await team.send('DELETE', path, {});
      await player.get(path);
    },
  },
  {
    name: 'a role of a group is its members’, for the names that it gives',
    play: async (player) => {
      await player.apply(player.path('configmaps', 'seen'), configMap('seen', {}));
      const rule = { ...configMaps('get', 'patch', 'create'), resourceNames: ['seen', 'a'] };
      await grant(player, [rule], { kind: 'Group', name: 'makers' });
      const member = player.as({ name: 'somebody', groups: ['makers'] });
      await rightsAre(member);
      await member.apply(player.path('configmaps', 'a'), configMap('a', { one: '1' }));
      await member.apply(player.path('configmaps', 'b'), configMap('b', { one: '1' }));
      await member.get(player.path('configmaps', 'a'));
      await member.get(player.path('configmaps', 'b'));
      const stranger = player.as({ name: 'somebody', groups: ['others'] });
      await stranger.get(player.path('configmaps', 'a'));
    },
  },
];
