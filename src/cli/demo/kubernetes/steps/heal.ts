import type { Release } from '../../../../model/release.ts';
import type { Step } from '../../step.ts';
import { shopVersions } from '../fleet.ts';
import { deploymentsOf, imageOf, servicesOf } from '../stage.ts';
import type { ClusterStage } from '../stage.ts';

const hacked = 'registry.example/hacked:1';

export const heal: Step<ClusterStage> = {
  title: 'Somebody breaks prod, and it heals',
  story:
    'By hand, past Git: the Deployment gets another image, and the Service is deleted. The controller watches the cluster; it does not poll. The times are between the two events as the API server itself reports them.',
  run: async (stage) => {
    const { screen } = stage;
    const after = await stage.now();
    const deployment = await stage.server.follow(deploymentsOf('shop-prod'), 'shop');
    await stage.byHand(['-n', 'shop-prod', 'set', 'image', 'deployment/shop', `shop=${hacked}`]);
    const editMs = await stage.undone(
      'the image is as Git says',
      deployment,
      ({ object }) => imageOf(object) === hacked,
      ({ object }) => imageOf(object) !== hacked,
    );
    screen.proof(`shop@prod  the image was put back ${editMs} ms after it was changed`);

    const before = await stage.server.get(`${servicesOf('shop-prod')}/shop`);
    const service = await stage.server.follow(servicesOf('shop-prod'), 'shop');
    await stage.byHand(['-n', 'shop-prod', 'delete', 'service', 'shop']);
    const deleteMs = await stage.undone(
      'the Service is there again',
      service,
      ({ type }) => type === 'DELETED',
      ({ type }) => type === 'ADDED',
    );
    screen.proof(`shop@prod  the Service was there again ${deleteMs} ms after it was deleted`);
    await stage.prove({
      says: 'shop@prod  it is a new one: it has another UID',
      look: async () => {
        const live = await stage.server.get(`${servicesOf('shop-prod')}/shop`);
        return live === null ? 'none' : live.metadata.uid === before.metadata.uid ? 'old' : 'new';
      },
      expected: 'new',
    });
    await stage.proveShop('prod', shopVersions.first.tag);
    await stage.atRest('shop@prod');
    const healings = async (): Promise<readonly Release[]> => {
      const events = await stage.api.events({ afterSeq: after, limit: 1_000 });
      const ids = new Set(events.map(({ release }) => release));
      const shop = stage.selectorOf('shop@prod');
      const releases = await stage.api.releases({ ...shop, limit: 100 });
      return releases.filter(({ id, trigger }) => ids.has(id) && trigger === 'drift').toReversed();
    };
    for (const { plan } of await healings()) screen.plan(plan);
    await stage.prove({
      says: 'each healing is in the history, with its plan',
      look: async () => `${(await healings()).length} healings`,
      expected: '2 healings',
    });
  },
};
