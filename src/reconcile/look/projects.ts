import type { RecordedProject } from '../../apply/inventory.ts';
import type { ApplicationConfig, ProjectConfig } from '../../model/config.ts';
import type { Inventory } from '../../model/inventory.ts';
import { projectGone } from '../errors.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { World } from '../world.ts';

/** What is recorded of the project of an application that is configured; `null`: its project has no document. */
export function recordedProject(
  { config }: Pick<World, 'config'>,
  application: ApplicationConfig,
): RecordedProject | null {
  const project = config.projects.get(application.project);
  if (project === undefined) return null;
  return { name: project.name, actsAs: project.impersonate ?? null };
}

/** What of a project counts where nothing of it is made any more: whom it acts as. */
type Acting = Pick<ProjectConfig, 'name' | 'impersonate'>;

/**
 * The project that an application is of where nothing of it is prepared any more: as its document says or last said, else
 * as the record does. What the project itself says is what it says now; where its own document is gone as well, what it said
 * last, so that nothing is ever deleted with more rights than it had.
 * @returns `null`: it is of none.
 * @throws FairleadError `removal.project-gone` where nobody knows any more whom it acted as.
 */
export function projectAfterwards(
  { config }: Pick<World, 'config'>,
  { key, id, declared: { application, lastProject } }: ApplicationRuntime,
  inventory: Inventory | null,
): Acting | null {
  // It may have left this environment alone, and be somewhere else.
  const known = application ?? config.applications.get(key.application);
  if (known !== undefined) return config.projects.get(known.project) ?? null;
  const name = lastProject === undefined ? inventory?.project : lastProject?.name;
  if (name === undefined) return null;
  const now = config.projects.get(name) ?? lastProject;
  if (now != null) return now;
  const actsAs = inventory?.actsAs;
  if (actsAs === undefined) {
    throw projectGone({
      message: `${id} was of project ${name}, which has no document any more, and its record does not say whom that acted as; nothing is deleted`,
      resource: `Project/${name}`,
    });
  }
  return { name, ...(actsAs !== null && { impersonate: actsAs }) };
}
