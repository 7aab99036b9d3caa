import type { ApplicationView } from '../../control/api.ts';
import type { View } from '../output.ts';
import { isHealthy } from './status.ts';

/** How the applications of one environment or at one target are, in numbers. */
export interface Place {
  readonly name: string;
  /** Of an environment its targets, of a target its environments. */
  readonly others: readonly string[];
  readonly applications: number;
  readonly synced: number;
  readonly healthy: number;
  readonly waiting: number;
  readonly held: number;
}

export const environmentView: View<Place> = {
  kind: 'Environment',
  ...placeTable('ENVIRONMENT', 'TARGETS'),
};
export const targetView: View<Place> = { kind: 'Target', ...placeTable('TARGET', 'ENVIRONMENTS') };

export function environmentRows(views: readonly ApplicationView[]): readonly Place[] {
  const groups = Map.groupBy(views, (view) => view.environment);
  return [...groups].map(([name, group]) => place(name, group, (view) => view.targets));
}

export function targetRows(views: readonly ApplicationView[]): readonly Place[] {
  const names = [...new Set(views.flatMap((view) => view.targets))].toSorted();
  return names.map((name) =>
    place(
      name,
      views.filter((view) => view.targets.includes(name)),
      (view) => [view.environment],
    ),
  );
}

function place(
  name: string,
  views: readonly ApplicationView[],
  othersOf: (view: ApplicationView) => readonly string[],
): Place {
  return {
    name,
    others: [...new Set(views.flatMap(othersOf))].toSorted(),
    applications: views.length,
    synced: views.filter((view) => view.sync === 'Synced').length,
    healthy: views.filter(isHealthy).length,
    waiting: views.filter((view) => view.waiting !== null).length,
    held: views.filter((view) => view.hold !== null).length,
  };
}

function placeTable(header: string, others: string): Pick<View<Place>, 'name' | 'columns'> {
  return {
    name: (item) => item.name,
    columns: [
      { header, cell: (item) => item.name },
      { header: 'APPLICATIONS', cell: (item) => String(item.applications) },
      { header: 'SYNCED', cell: (item) => String(item.synced) },
      { header: 'HEALTHY', cell: (item) => String(item.healthy) },
      { header: 'WAITING', cell: (item) => String(item.waiting) },
      { header: 'HELD', cell: (item) => String(item.held) },
      { header: others, cell: (item) => item.others.join(',') || '-', flexible: true },
    ],
  };
}
