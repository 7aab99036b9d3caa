import type { HistoryFilter } from '../control/api.ts';
import type { Release } from '../model/release.ts';
import type { Store } from '../store/store.ts';
import { formerNames } from './former-names.ts';
import type { World } from './world.ts';

/** Releases, newest first. Those of an application that was renamed are in its history under the names it had. */
export function historyOf(
  store: Pick<Store, 'releases'>,
  { config }: Pick<World, 'config'>,
  { application, ...filter }: HistoryFilter,
): Promise<readonly Release[]> {
  if (application === undefined) return store.releases(filter);
  const former = formerNames(config, config.applications.get(application));
  return store.releases({ ...filter, application: [application, ...former] });
}
