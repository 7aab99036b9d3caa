import { afterEach } from 'vitest';
import { configMap, openKubeBench } from '../kube-bench.ts';
import type { KubeBench, KubeBenchOptions } from '../kube-bench.ts';

/** Two applications on a cluster: `shop`, which gets into trouble, and `calm` beside it, which has to go on. */
interface Trouble {
  /** Opens a bench with both; it is closed after the test. */
  readonly open: (options?: KubeBenchOptions) => Promise<KubeBench>;
  /** Starts the controller, and waits until both are well. */
  readonly started: () => Promise<void>;
  /** Commits to both, and gives the commit: the calm one has to arrive. */
  readonly commit: (files: Readonly<Record<string, string | null>>) => string;
  /** Waits until `shop` fails with this code. @returns the error in words */
  readonly fails: (code: string) => Promise<string>;
}

/** Call it once at the top of a test file. */
export function inTrouble(): Trouble {
  let at: KubeBench;
  afterEach(async () => {
    await at[Symbol.asyncDispose]();
  });
  return {
    open: async (options = {}) => {
      at = await openKubeBench(options);
      at.bench.checkout.commit({
        'fairlead.yaml': at.configuration('shop', 'calm'),
        'calm/map.yaml': configMap('calm', at.namespace, { at: 'first' }),
        'shop/kept.yaml': configMap('kept', at.namespace),
      });
      return at;
    },
    started: async () => {
      await at.bench.start();
      await at.bench.settled(at.bench.checkout.git('rev-parse', 'HEAD'), 'shop', 'calm');
    },
    commit: (files) =>
      at.bench.checkout.commit({
        ...files,
        'calm/map.yaml': configMap('calm', at.namespace, { at: String(Date.now()) }),
      }),
    fails: async (code) => {
      const view = await at.bench.application(
        'shop',
        code,
        ({ error }) => error?.code === code,
        25_000,
      );
      return view.error?.message ?? '';
    },
  };
}
