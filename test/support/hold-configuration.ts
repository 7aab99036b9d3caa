import type { Engine } from '../../src/reconcile/engine.ts';

/** Has the next configuration that an engine takes over wait on its way, so that its sources are ahead of what is in force. */
export function holdConfiguration({ ports }: Pick<Engine, 'ports'>): {
  readonly begun: Promise<void>;
  readonly release: () => void;
} {
  const { loadConfig } = ports;
  const begun = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  let isFirst = true;
  Object.assign(ports, {
    loadConfig: {
      ...loadConfig,
      load: async (...[tree, previous]: Parameters<typeof loadConfig.load>) => {
        const loaded = await loadConfig.load(tree, previous);
        // The first one is the engine's; looks that come meanwhile ask what will be in force.
        if (isFirst && previous !== null) {
          isFirst = false;
          begun.resolve();
          await held.promise;
        }
        return loaded;
      },
    } satisfies typeof loadConfig,
  });
  return { begun: begun.promise, release: held.resolve };
}
