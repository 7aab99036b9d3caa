import type { ApplicationConfig, Config } from '../../model/config.ts';
import type { World } from '../world.ts';

type Name = Pick<ApplicationConfig, 'name' | 'previousNames'>;

/**
 * Whether what an application is looked at with is what the configuration of a commit says. Not what the source is at: that may
 * be a commit whose configuration nobody has read yet. Who looks still under a name that the one in force has no more
 * has not read it either.
 */
export function isInForce(
  { configuredAt, config }: Pick<World, 'configuredAt' | 'config'>,
  commit: string,
  { name }: Pick<ApplicationConfig, 'name'>,
): boolean {
  return commit === configuredAt && config.applications.has(name);
}

/**
 * What a configuration says of an application, under its name, a former one, or the one that it gets.
 *
 * @param inForce The configuration that the application is looked at with.
 */
export function documentIn(
  config: Config | null,
  { name, previousNames }: Name,
  inForce: Config,
): ApplicationConfig | undefined {
  const then = [name, ...previousNames].map((one) => config?.applications.get(one)).find(Boolean);
  return then ?? heirOf(name, config, inForce);
}

/** What the application is called in a configuration that has just come, and is to be taken over. */
function heirOf(
  name: string,
  config: Config | null,
  { applications }: Config,
): ApplicationConfig | undefined {
  const heirs = [...(config?.applications.values() ?? [])];
  return heirs.find(
    (one) =>
      one.previousNames.includes(name) &&
      // Where both names are in force by now, each is an application of its own.
      !(applications.has(name) && applications.has(one.name)),
  );
}
