import type { ApplicationConfig, ProjectConfig } from '../model/config.ts';
import type { Inventory } from '../model/inventory.ts';
import type { ApplicationRuntime } from './runtime.ts';
import type { World } from './world.ts';

/** What `Inventory.project` is for an application that is configured; `null`: its project has no document. */
export function recordedProject(
  { config }: Pick<World, 'config'>,
  { project }: ApplicationConfig,
): string | null {
  return config.projects.has(project) ? project : null;
}

/**
 * The project that an application is of where nothing of it is prepared any more: as its document says or last said, else
 * as the record does. What the project itself says is what it says now.
 * @returns `null`: it is of none; `undefined`: nobody knows it any more.
 */
export function projectAfterwards(
  { config }: Pick<World, 'config'>,
  { key, application, lastProject }: ApplicationRuntime,
  inventory: Inventory | null,
): ProjectConfig | null | undefined {
  // It may have left this environment alone, and be somewhere else.
  const known = application ?? config.applications.get(key.application);
  if (known !== undefined) return config.projects.get(known.project) ?? null;
  return config.projects.get(lastProject ?? inventory?.project ?? '');
}
