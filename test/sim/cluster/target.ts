import { sha256 } from '../../../src/system/hasher.ts';
import { createKubernetesTarget } from '../../../src/targets/kubernetes/kubernetes-target.ts';
import type { Effect, Target } from '../../../src/targets/target.ts';
import type { OpenOptions } from '../place/place.ts';
import type { ClusterPlace } from './place.ts';
import { underway } from './underway.ts';
import { Wire } from './wire.ts';

/** The real driver over a wire of the simulator. Effects are told to the witness; what they do is seen at the server. */
export async function openClusterTarget(
  place: ClusterPlace,
  options: OpenOptions,
): Promise<Target> {
  const { machine, witness, sealer, warn } = options;
  const target = await createKubernetesTarget({
    name: place.name,
    settings: {},
    clock: machine.clock,
    random: machine.chance,
    hash: sha256,
    sealer,
    env: {},
    warn,
    ...(place.recordPartBytes === null ? {} : { recordPartBytes: place.recordPartBytes }),
    way: {
      origin: 'the model',
      transport: new Wire({ machine, place, witness }),
      credentials: {
        current: async () => ({ authorization: null, certificate: null }),
        renew: async () => false,
      },
      compression: false,
      url: new URL('https://cluster'),
      impersonate: undefined,
    },
  });
  const witnessed = <Carried extends Effect, Result>(
    effect: Carried,
    carry: (seen: Carried) => Promise<Result>,
  ): Promise<Result> => {
    witness.onEffectBegins(place, effect);
    const fence = async (): Promise<void> => {
      witness.onFence(effect);
      await effect.fence();
    };
    return underway.run(effect, () => carry({ ...effect, fence }));
  };
  return {
    ...target,
    apply: async (effect) => {
      const applied = await witnessed(effect, (seen) => target.apply(seen));
      const { tidy } = applied;
      if (tidy === undefined) return applied;
      // What a hook has left goes for the same effect, later.
      return { ...applied, tidy: (signal) => underway.run(effect, () => tidy(signal)) };
    },
    leaveOut: (effect) => witnessed(effect, async (seen) => target.leaveOut?.(seen)),
    adopt: (effect) => witnessed(effect, (seen) => target.adopt?.(seen) ?? target.apply(seen)),
    remove: (effect) => witnessed(effect, (seen) => target.remove(seen)),
  };
}
